"""`ecot doctor`: which toolchains are here, which environments they serve, and what confines a candidate."""

from __future__ import annotations

import argparse
import sys
from importlib.resources import files

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ecot.envs.domain import Tool, domain_of, domains
from ecot.envs.errors import SandboxError
from ecot.envs.sandbox.choose import NAMES, choose
from ecot.envs.sandbox.devices import null_problem
from ecot.envs.tools import version_of

NAME = "doctor"
HELP = "list toolchains, versions, the environments they serve, and the sandboxes that work here"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to print."""
    parser.add_argument(
        "--installed", action="store_true", help="print only the environments whose tools are here, as env= takes them"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the tables; return 1 where an environment cannot run, a device is broken or nothing can confine."""
    console = Console()
    if arguments.installed:
        for name in installed_environments():
            console.print(name)
        return 0
    console.print(f"Python {sys.version.split()[0]}, {len(domains())} environments\n")
    missing = _print_tools(console)
    broken = null_problem()
    if broken:
        console.print(f"[red]{escape(broken)}[/]")
    confined = _print_sandboxes(console)
    return 0 if confined and not missing and not broken else 1


def installed_environments() -> list[str]:
    """Return the names of configuration group `env` whose environment finds every tool that it needs."""
    # Imported when used: the tables need no configuration.
    from ecot.commands.composition import CONFIGS, compose
    from ecot.commands.playing import env_id_of

    found = []
    for name in sorted(item.name for item in files(CONFIGS).joinpath("env").iterdir() if item.name.endswith(".yaml")):
        name = name.removesuffix(".yaml")
        domain = domain_of(env_id_of(compose("collect", [f"env={name}"])))
        if all(tool.optional or version_of(tool) for tool in domain.tools):
            found.append(name)
    return found


def _print_tools(console: Console) -> bool:
    serves: dict[Tool, list[str]] = {}
    for domain in domains().values():
        for tool in domain.tools:
            serves.setdefault(tool, []).append(domain.id)
    table = Table("tool", "version", "serves", "install")
    missing = False
    for tool, environments in sorted(serves.items(), key=lambda item: item[0].name):
        version = version_of(tool)
        missing |= version is None and not tool.optional
        absent = "not found, optional" if tool.optional else "[red]not found[/]"
        shown = f"[green]{version}[/]" if version else absent
        table.add_row(tool.name, shown, ", ".join(environments), escape(tool.install))
    console.print(table)
    return missing


def _print_sandboxes(console: Console) -> bool:
    table = Table("sandbox", "here", "does not cover")
    working = []
    for name in NAMES[1:]:
        try:
            mechanism = choose(name)
        except SandboxError as error:
            table.add_row(name, "[red]no[/]", escape(str(error)))
            continue
        working.append(name)
        table.add_row(name, "[green]works[/]", escape("\n".join(mechanism.gaps())) or "nothing known")
    console.print(table)
    confining = [name for name in working if name != "none"]
    if confining:
        console.print(f"Candidates run in [bold]{choose().name}[/].")
    else:
        console.print("[red]Nothing can confine a candidate here.[/]")
    return bool(confining)
