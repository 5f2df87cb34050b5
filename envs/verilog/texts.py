"""The texts of a draw: module header, interface table, rendered instruction, solution and hacks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from ecot.envs import family_files
from ecot.envs.family_files import Hack, render
from ecot.envs.verilog.driver import MODULE
from ecot.envs.verilog.family import Family, Params, Port, Role

__all__ = [
    "FAMILIES",
    "family_digest",
    "hacks_in",
    "hacks_of",
    "header",
    "interface",
    "render",
    "top_of",
    "values_of",
]

FAMILIES = "ecot.envs.verilog.families"
"""The package whose sub-packages are the families."""
_GENERIC_HACKS = "ecot.envs.verilog"
_JUDGING = ("judge.py", "equivalence.py")
"""Modules of a shared package that judge whatever the family, as the stages do: a digest leaves them out."""
_IMPORT = re.compile(
    r"^from ecot\.envs\.verilog\.(?!(?:families|family|feedback|texts|trace)\b)([a-z_]+)[a-z_.]* import", re.MULTILINE
)


def top_of(family: Family, params: Params) -> str:
    """Return the module's name: the draw's `top` where there is such a parameter, else the family's name."""
    return str(params.get("top", family.name))


def values_of(family: Family, params: Params) -> Mapping[str, str]:
    """Return the text of every placeholder of a draw: the generic ones, the family's, and the three that are ours."""
    ports, top = family.ports(params), top_of(family, params)
    given = {"top": top, "header": header(top, ports), "interface": interface(top, ports)}
    return {**_generic_values(ports), **family.fill(params), **given}


def _generic_values(ports: Sequence[Port]) -> Mapping[str, str]:
    """What the generic hacks are built from; a family's own values of the same name win."""
    outputs = [port for port in ports if port.direction == "output"]
    inputs = [port for port in ports if port.direction == "input"]
    data = [port for port in inputs if port.role is Role.DATA]
    return {
        "first_output": outputs[0].name,
        "first_input": (data or inputs)[0].name,
        "outputs_as_zero": _assigns(outputs, "0"),
        "outputs_as_one": _assigns(outputs, "1"),
        "outputs_as_x": _assigns(outputs, "x"),
        "outputs_as_z": _assigns(outputs, "z"),
        "outputs_as_copies": "\n".join(f"    assign {port.name} = {(data or inputs)[0].name};" for port in outputs),
        "wrong_ports": ", ".join(f"{port.direction} {_range(port.width)}{port.name}" for port in ports),
        "driver": MODULE,
    }


def _assigns(outputs: Sequence[Port], bit: str) -> str:
    return "\n".join(f"    assign {port.name} = {{{port.width}{{1'b{bit}}}}};" for port in outputs)


def header(top: str, ports: Sequence[Port]) -> str:
    """Return the module header, from `module` to `);`."""
    widest = max((len(_range(port.width)) for port in ports), default=0)
    lines = [
        f"    {port.direction:6} wire {'signed ' if port.signed else ''}{_range(port.width):{widest}}{port.name}"
        for port in ports
    ]
    return f"module {top} (\n" + ",\n".join(lines) + "\n);"


def interface(top: str, ports: Sequence[Port]) -> str:
    """Return the interface table, with the module header below it."""
    rows = ["| port | direction | width | meaning |", "|---|---|---|---|"]
    for port in ports:
        width = f"{port.width}{', signed' if port.signed else ''}"
        rows.append(f"| `{port.name}` | {port.direction} | {width} | {port.description} |")
    closing = "An output may be declared `reg` instead of `wire`; names, directions and widths are as given."
    return "\n".join([*rows, "", "```verilog", header(top, ports), "```", "", closing])


def _range(width: int) -> str:
    return f"[{width - 1}:0] " if width > 1 else ""


def hacks_of(family: Family, params: Params) -> tuple[Hack, ...]:
    """Return the cheats and near-misses of a draw: the generic ones, then the family's own.

    Raises:
        TaskError: one of them does not open with what it is expected to earn.
    """
    values = values_of(family, params)
    return hacks_in(_GENERIC_HACKS, values) + hacks_in(f"{FAMILIES}.{family.name}", values)


def hacks_in(package: str, values: Mapping[str, str]) -> tuple[Hack, ...]:
    """Return the hacks in folder `hacks` of a package, filled in.

    Raises:
        TaskError: one of them does not open with what it is expected to earn, or changes lines that are not there.
    """
    return family_files.hacks_in(package, values, suffixes=(".v", ".sv"), solution="solution.v")


def family_digest(name: str) -> str:
    """Return a digest of all files of a family's folder, and of the modules that it shares with other families."""
    total = hashlib.sha256()
    folder = files(f"{FAMILIES}.{name}")
    places, shared = [folder, folder.joinpath("hacks")], set[str]()
    for place in (item for item in places if item.is_dir()):
        for item in sorted(place.iterdir(), key=lambda entry: entry.name):
            if item.is_file() and item.name.endswith((".py", ".md", ".v", ".sv")):
                data = item.read_bytes()
                total.update(f"{item.name}\0{len(data)}\0".encode() + data)
                shared |= _shared_by(data.decode()) if item.name.endswith(".py") else set()
    for module in sorted(shared):
        data = _module_text(module).encode()
        total.update(f"{module}\0{len(data)}\0".encode() + data)
    return total.hexdigest()[:32]


def _shared_by(text: str) -> set[str]:
    """The modules of ours that a module imports, and those that these import."""
    found: set[str] = set()
    waiting = _imported(text)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting |= _imported(_module_text(module))
    return found


def _imported(text: str) -> set[str]:
    """Names of what is imported from beside us, apart from what holds no facts and would age every report."""
    return set(_IMPORT.findall(text))


@cache
def _module_text(module: str) -> str:
    place = files("ecot.envs.verilog").joinpath(module)
    if not place.is_dir():
        return files("ecot.envs.verilog").joinpath(f"{module}.py").read_text(encoding="utf-8")
    parts = sorted(place.iterdir(), key=lambda entry: entry.name)
    return "".join(
        item.read_text(encoding="utf-8") for item in parts if item.name.endswith(".py") and item.name not in _JUDGING
    )
