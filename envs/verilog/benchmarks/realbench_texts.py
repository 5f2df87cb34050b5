"""The texts of a RealBench verification folder: which file is what, includes resolved, modules by name."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pyslang.ast import Compilation
from pyslang.syntax import SyntaxTree

from ecot.envs.errors import TaskError
from ecot.envs.verilog.disguise import module_names
from ecot.envs.verilog.family import Port, Role

BENCH_PARTS = ("ref", "stimulus_gen", "testbench")
"""Ends of the names of the files that a testbench is made of."""
REFERENCE = "ref_"
"""How the names of the reference's modules begin."""
_INCLUDE = re.compile(r'^[ \t]*`include[ \t]+"([^"\n]+)"[^\n]*$', re.MULTILINE)
_HIDDEN = re.compile(
    r"//[ \t]*(?:synopsys|synthesis|pragma)[ \t]+translate_off\b.*?"
    r"//[ \t]*(?:synopsys|synthesis|pragma)[ \t]+translate_on\b[^\n]*",
    re.DOTALL | re.IGNORECASE,
)
_PRAGMA = re.compile(r"//[ \t]*(?:synopsys|synthesis|pragma)[ \t]+[^\n]*|/\*[ \t]*synopsys.*?\*/", re.IGNORECASE)
_MODULE = re.compile(r"^[ \t]*module[ \t]+(\w+).*?^[ \t]*endmodule\b(?:[ \t]*:[ \t]*\w+)?", re.MULTILINE | re.DOTALL)
_CLOCK = re.compile(r"clk|clock", re.IGNORECASE)
_RESET = re.compile(r"rst|reset", re.IGNORECASE)


def headers_of(files: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the files that define macros only, those that others include first."""
    names = sorted(name for name, text in files.items() if not module_names(text))
    return tuple(sorted(names, key=lambda name: (len(_INCLUDE.findall(files[name])), name)))


def includable(files: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the headers that a candidate may include, with and without the prefix of the reference."""
    return tuple(dict.fromkeys(word for name in headers_of(files) for word in (name, name.removeprefix(REFERENCE))))


def without_includes(source: str, known: Collection[str]) -> str:
    """Return a source in which lines that include one of the known files are empty."""
    return _INCLUDE.sub(lambda match: "" if match[1] in known else match[0], source)


def macros(files: Mapping[str, str]) -> str:
    """Return all macros of a folder as one text."""
    names = headers_of(files)
    return "".join(f"{without_includes(files[name], names)}\n" for name in names)


def without_modules(source: str, names: Collection[str]) -> str:
    """Return a source from which some modules are cut out."""
    return _MODULE.sub(lambda match: "" if match[1] in names else match[0], source)


def as_synthesis_reads(source: str) -> str:
    """Return a source without what its own comments hide from synthesis: assertions, printing."""
    return _HIDDEN.sub("", source)


def without_pragmas(source: str) -> str:
    """Return a source without comments that are orders to a synthesis tool; here they order nothing."""
    return _PRAGMA.sub("", source)


def defines(source: str, top: str) -> bool:
    """Whether a source defines a module, its macros as they are."""
    compilation = Compilation()  # its symbols do not keep it alive
    compilation.addSyntaxTree(SyntaxTree.fromText(source))
    return any(instance.name == top for instance in compilation.getRoot().topInstances)


def ports_in(source: str, top: str) -> tuple[Port, ...]:
    """Return the ports of a module.

    Raises:
        TaskError: there is no such module, or a port has no fixed width.
    """
    compilation = Compilation()  # its symbols do not keep it alive
    compilation.addSyntaxTree(SyntaxTree.fromText(source))
    for instance in compilation.getRoot().topInstances:
        if instance.name == top:
            return tuple(_port(port, top) for port in instance.body.portList)
    raise TaskError(f"the reference defines no module {top!r} that nothing instantiates")


def _port(port: Any, top: str) -> Port:
    kind = str(getattr(port, "direction", "")).rpartition(".")[2].lower()
    direction = {"in": "input", "out": "output"}.get(kind, kind)
    width = int(getattr(getattr(port, "type", None), "bitWidth", 0))
    if not width:
        raise TaskError(f"port {port.name!r} of {top!r} has no fixed width")
    role = Role.DATA
    if direction == "input" and width == 1:
        role = Role.CLOCK if _CLOCK.search(port.name) else Role.RESET if _RESET.search(port.name) else Role.DATA
    return Port(name=port.name, direction=direction, width=width, description="", role=role)


def parts_for(files: Mapping[str, str], bench: Sequence[str], own: Collection[str]) -> str:
    """Return the modules that a candidate may lean on: those beside the testbench that it does not define itself.

    Args:
        files: of the folder.
        bench: those of them that are the testbench's.
        own: names of the candidate's modules.
    """
    headers = headers_of(files)
    shared = [name for name in sorted(files) if name not in bench and name not in headers]
    texts = {name: without_includes(files[name], headers) for name in shared}
    every = {module for text in texts.values() for module in module_names(text)}
    dropped = {module for module in every if module.startswith(REFERENCE) or module in own}
    while True:
        kept = {name: without_modules(text, dropped) for name, text in texts.items()}
        # A part that both sides share may itself lean on a module of the reference.
        leant = {word for text in kept.values() for word in re.findall(rf"\b{REFERENCE}\w+", text)} & dropped
        if not leant:
            break
        dropped -= leant
    return "\n".join(without_pragmas(text) for text in kept.values() if module_names(text)) + "\n"
