"""The command line: `ecot COMMAND ...`, one module of `ecot.commands` a command.

A command is a module with four names: `NAME` (what is typed) and `HELP` (one line), both literal strings,
`add_arguments(parser)` and `run(arguments) -> int`, the exit code. Only the module that was asked for is imported; the
help of the others is read from their source, so that `ecot --help` stays fast.

Exit codes: 0 done; 1 the answer is bad news (drift, a failed proof); 2 bad input or a missing tool; 130 interrupted.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol, cast

import ecot
import ecot.commands
from ecot.envs.errors import EcotError

OK, BAD_NEWS, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
"""The exit codes."""


class Command(Protocol):
    """What a module of `ecot.commands` offers."""

    NAME: str
    HELP: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A command that was found but not imported.

    Attributes:
        module: its full name.
        help: its one line.
    """

    module: str
    help: str


def find_commands() -> Mapping[str, CommandEntry]:
    """Return every command by its name, in alphabetical order, without importing one."""
    found = {}
    for folder in ecot.commands.__path__:
        for module in iter_modules([folder]):
            literals = _literals(Path(folder, f"{module.name}.py"))
            if "NAME" in literals:
                found[literals["NAME"]] = CommandEntry(f"ecot.commands.{module.name}", literals.get("HELP", ""))
    return dict(sorted(found.items()))


def _literals(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    commands = find_commands()
    if words and not words[0].startswith("-") and words[0] not in commands:
        return _complain(_unknown(words[0], commands))
    if not words or words[0] not in commands:
        _overview(commands).parse_args(words or ["--help"])
        return OK
    return _run(commands[words[0]], words[0], words[1:])


def _overview(commands: Mapping[str, CommandEntry]) -> argparse.ArgumentParser:
    width = max(map(len, commands), default=0)
    listing = "\n".join(f"  {name:<{width}}  {entry.help}" for name, entry in commands.items())
    parser = argparse.ArgumentParser(
        prog="ecot",
        usage="ecot COMMAND [arguments]",
        description="Reinforcement-learning environments for industrial code, judged by real toolchains.",
        epilog=f"commands:\n{listing}\n\n`ecot COMMAND --help` explains one.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"ecot-gym {ecot.__version__}")
    return parser


def _unknown(name: str, commands: Mapping[str, CommandEntry]) -> str:
    near = difflib.get_close_matches(name, commands, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"use one of: {', '.join(commands)}"
    return f"unknown command {name!r}; {hint}"


def _run(entry: CommandEntry, name: str, words: Sequence[str]) -> int:
    try:
        command = cast(Command, import_module(entry.module))
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "ecot":
            raise
        return _complain(f"`ecot {name}` needs the package {error.name!r}: pip install 'ecot-gym[all]'")
    parser = argparse.ArgumentParser(prog=f"ecot {name}", description=entry.help)
    command.add_arguments(parser)
    try:
        return command.run(parser.parse_intermixed_args(words))
    except EcotError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        sys.stderr.write("ecot: interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (`| head`) has what it wanted; without this Python complains once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


def _complain(sentence: str) -> int:
    sys.stderr.write(f"ecot: {sentence}\n")
    return BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
