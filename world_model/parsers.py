"""What a cheap parser says of a candidate, per language: a matter of a millisecond, and never a verdict.

A complaint names its class and its line. It is input of the world model, which learns how far to trust it. Nothing of a
candidate runs here, yet a parser written in C may crash on text that was made to crash it: whoever predicts for
strangers keeps the parsers in a process of their own (`reader.py` does).
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ecot.envs.types import Task
from ecot.world_model.kinds import kind_of

__all__ = ["Complaint", "complaints"]

MOST = 6
"""Complaints that are kept of one candidate."""
_MOST_BYTES = 64 * 1024
_MOST_DEPTH = 80


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that a parser does not like.

    Attributes:
        code: class, in snake case.
        line: from 1; 0 where it has none.
    """

    code: str
    line: int


def complaints(task: Task, source: str) -> tuple[Complaint, ...]:
    """Return what the parser of a task's language says of a candidate, in the order of the lines."""
    if len(source.encode()) > _MOST_BYTES:
        return (Complaint("too_long", 0),)
    if _depth(source) > _MOST_DEPTH:
        return (Complaint("too_deep", 0),)
    parse = _PARSERS.get(kind_of(task.env_id))
    if parse is None:
        return ()
    found = sorted(set(parse(task, source)), key=lambda item: (item.line, item.code))
    return tuple(found[:MOST])


def _depth(source: str) -> int:
    """How deep brackets are nested."""
    depth = deepest = 0
    for sign in re.findall(r"[][(){}]", source):
        depth += 1 if sign in "([{" else -1
        deepest = max(deepest, depth)
    return deepest


def _verilog(task: Task, source: str) -> Iterator[Complaint]:
    from ecot.envs.verilog.rules import check

    found = check({"source": source, "reserved": ()})
    yield from (Complaint(f"rule_{item['code']}", int(item["line"])) for item in found["violations"])
    modules = found["modules"]
    top = str(task.bundle.params.get("top", ""))
    if modules and top and top not in modules:
        yield Complaint("no_top", 0)
    yield from _ports(task, modules.get(top))
    yield from _elaborated(source)


def _ports(task: Task, given: Sequence[Sequence[Any]] | None) -> Iterator[Complaint]:
    """Ports that are missing, or of another direction or width."""
    if given is None:
        return
    have = {str(name): (str(direction), width) for name, direction, width in given}
    for port in task.bundle.params.get("ports", ()):
        name, facts = str(port["name"]), (str(port["direction"]), port["width"])
        if name not in have:
            yield Complaint("port_missing", 0)
        elif have[name] != facts:
            yield Complaint("port_differs", 0)
    if len(have) > len(task.bundle.params.get("ports", ())):
        yield Complaint("port_added", 0)


def _elaborated(source: str) -> Iterator[Complaint]:
    """Errors and warnings of pyslang, elaboration included."""
    from pyslang import SourceManager
    from pyslang.ast import Compilation
    from pyslang.syntax import SyntaxTree

    manager, compilation = SourceManager(), Compilation()
    compilation.addSyntaxTree(SyntaxTree.fromText(source, manager, "candidate.v"))
    for item in list(compilation.getAllDiagnostics())[: 4 * MOST]:
        code = re.sub(r"\W+", "_", str(item.code).removeprefix("DiagCode(").removesuffix(")"))
        yield Complaint(f"slang_{code}" if item.isError() else f"warned_{code}", manager.getLineNumber(item.location))


def _cad(task: Task, source: str) -> Iterator[Complaint]:
    from ecot.envs.cad.rules import check

    yield from (Complaint(f"rule_{item['code']}", int(item["line"])) for item in check(source))
    yield from _python(source, {"show_object"})
    if not re.search(rf"^{re.escape(str(task.bundle.params.get('variable', 'result')))}\s*=", source, re.M):
        yield Complaint("no_result", 0)


def _triton(task: Task, source: str) -> Iterator[Complaint]:
    from ecot.envs.gpu.rules import check

    found = check({"source": source})
    yield from (Complaint(f"rule_{item['code']}", int(item["line"])) for item in found["violations"])
    yield from (Complaint("syntax", int(item["line"])) for item in found["errors"])
    yield from _python(source, set())
    entry = str(task.bundle.params.get("entry", ""))
    if entry and not re.search(rf"\b{re.escape(entry)}\b", source):
        yield Complaint("no_entry", 0)


def _python(source: str, known: set[str]) -> Iterator[Complaint]:
    """Syntax errors, and names that nothing in the module defines."""
    try:
        tree = ast.parse(source)
        table = symtable.symtable(source, "candidate", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        yield Complaint(f"python_{type(error).__name__}", int(getattr(error, "lineno", 0) or 0))
        return
    builtin = set(dir(__builtins__)) if not isinstance(__builtins__, dict) else set(__builtins__)
    top = {item.get_name() for item in table.get_symbols() if item.is_assigned() or item.is_imported()}
    stray = set(_strays(table)) - top - builtin - known
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in stray:
            yield Complaint("undefined_name", node.lineno)


def _strays(table: symtable.SymbolTable) -> Iterator[str]:
    for item in table.get_symbols():
        if (item.is_global() and item.is_referenced()) or (table.get_type() == "module" and not item.is_assigned()):
            yield item.get_name()
    for child in table.get_children():
        yield from _strays(child)


def _embedded(task: Task, source: str) -> Iterator[Complaint]:
    from ecot.envs.embedded.rules import broken

    yield from (Complaint(f"rule_{item.code}", item.line) for item in broken(iter([("main.c", source)])))
    yield from _tree_errors(source)
    yield from _undeclared_in_c(source)


def _tree_errors(source: str) -> Iterator[Complaint]:
    stack = [_c_parser().parse(source.encode()).root_node]
    while stack:
        node = stack.pop()
        if node.is_missing or node.is_error:
            yield Complaint("missing" if node.is_missing else "syntax", node.start_point[0] + 1)
        elif node.has_error:
            stack += node.children


@cache
def _c_parser() -> Any:
    import tree_sitter_c
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_c.language()))


_DECLARING = frozenset(
    {
        "field_declaration",
        "init_declarator",
        "preproc_function_def",
        "declaration",
        "parameter_declaration",
        "enumerator",
        "preproc_def",
    }
)
_DECLARATORS = frozenset({"function_declarator", "pointer_declarator", "array_declarator", "parenthesized_declarator"})


def _undeclared_in_c(source: str) -> Iterator[Complaint]:
    """Names and members that neither the source nor a header of the chip declares."""
    stack = [_c_parser().parse(source.encode()).root_node]
    declared = set(_header_words())
    used: list[tuple[str, str, int]] = []
    while stack:
        node = stack.pop()
        stack += node.children
        if node.parent is None or node.type not in ("identifier", "field_identifier"):
            continue
        name, field, parent = node.text.decode(), _field_of(node), node.parent.type
        if parent in _DECLARATORS or (parent in _DECLARING and field in ("declarator", "name")):
            declared.add(name)
        else:
            called = parent == "call_expression" and field == "function"
            kind = "member" if node.type == "field_identifier" else "function" if called else "name"
            used.append((name, f"undeclared_{kind}", node.start_point[0] + 1))
    yield from (Complaint(code, line) for name, code, line in used if name not in declared)


@cache
def _header_words() -> frozenset[str]:
    """Every word of the headers that firmware can include."""
    from ecot.envs.embedded.device.header import header

    folder = files("ecot.envs.embedded").joinpath("firmware")
    texts = [item.read_text(encoding="utf-8") for item in folder.iterdir() if item.name.endswith(".h")]
    return frozenset(re.findall(r"[A-Za-z_]\w*", " ".join([header(), *texts]))) | _LIBRARY


def _field_of(node: Any) -> str:
    """Under which name a node stands in its parent."""
    names = (
        name
        for place, child in enumerate(node.parent.children)
        if child == node
        for name in [node.parent.field_name_for_child(place)]
    )
    return next(names, None) or ""


def _assembly(task: Task, source: str) -> Iterator[Complaint]:
    """Labels that no line defines, labels defined twice, a function that is not there."""
    lines = re.sub(r"#[^\n]*|/\*.*?\*/", lambda match: "\n" * match[0].count("\n"), source, flags=re.S).split("\n")
    defined: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        for label in re.findall(r"^\s*([.\w$]+):", line):
            if label in defined and not label.isdigit():
                yield Complaint("label_twice", number)
            defined[label] = number
    for number, line in enumerate(lines, start=1):
        jump = re.match(r"\s*(?:[.\w$]+:)?\s*(j\w+|call|loop\w*)\s+([.\w$]+)\s*$", line)
        if jump and jump[2] not in defined and not re.fullmatch(r"\d+[bf]", jump[2]):
            yield Complaint("label_missing", number)
        word = re.match(r"\s*(?:[.\w$]+:)?\s*((?:rep\w*\s+|lock\s+)?([a-z]\w*))(?:\s|$)", line)
        if word and _instructions() and not _is_instruction(word[2]):
            yield Complaint("unknown_instruction", number)
        if line.count("(") != line.count(")") or line.count("[") != line.count("]"):
            yield Complaint("unbalanced", number)


@cache
def _instructions() -> frozenset[str]:
    """The names that capstone knows; empty where it is not installed."""
    try:
        import capstone
    except ModuleNotFoundError:
        return frozenset()
    machine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    return frozenset(str(name) for name in (machine.insn_name(number) for number in range(1, 2000)) if name)


def _is_instruction(word: str) -> bool:
    """Whether a word is the name of an instruction, in either of the two spellings of sizes and conditions."""
    known = _instructions()
    plain = (word, word[:-1] if word[-1] in "bwlqsd" else word, word[:-2] if word[:4] in ("movz", "movs") else word)
    return word in _SPELLINGS or any(name in known for name in plain) or bool(_CONDITIONAL.fullmatch(word))


_SPELLINGS = frozenset("cltq cqto cltd cwtl cltd movabs movabsq shl sal ret retq leaveq callq jmpq pushq popq".split())  # noqa: SIM905
_CONDITIONAL = re.compile(r"(?:j|set|cmov)n?(?:[abgl]e?|[czspo]|pe|po|e)[wlq]?")

_LIBRARY = frozenset("memcpy memset memcmp memmove strlen strcmp strncmp abs NULL true false __asm asm".split())  # noqa: SIM905
"""What firmware takes from the standard headers."""

_PARSERS: Mapping[str, Callable[[Task, str], Iterator[Complaint]]] = {
    "Verilog": _verilog,
    "CAD": _cad,
    "Triton": _triton,
    "Embedded": _embedded,
    "Assembly": _assembly,
}
