"""The faults of assembly: operators over lines of source, classed by what went wrong.

Assembly has a line for every instruction, so that lines, and a table of mnemonics, are all the syntax that is needed.
Both syntaxes are served. Three operators are kept back from whoever writes checks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ecot.envs.domain import Mutation

__all__ = ["OPERATORS", "Line", "mutate", "read"]

_LABEL = re.compile(r"^\s*[.\w$@]+:\s*$")
_LINE = re.compile(
    r"^(?P<lead>\s*(?:[.\w$@]+:\s*)?)(?P<word>[a-z][a-z0-9]*)(?P<gap>\s+|$)(?P<rest>[^#\n]*?)(?P<tail>\s*(?:#.*)?)$"
)
_OPPOSITE = {
    **{"e": "ne", "ne": "e", "z": "nz", "nz": "z", "s": "ns", "ns": "s", "c": "nc", "nc": "c"},
    **{"b": "ae", "ae": "b", "a": "be", "be": "a", "l": "ge", "ge": "l", "g": "le", "le": "g"},
}
_NEIGHBOUR = {"l": "le", "le": "l", "g": "ge", "ge": "g"}
_SIGNED = {"l": "b", "ge": "ae", "g": "a", "le": "be"}
_CONDITIONAL = re.compile(r"(j|set|cmov)([a-z]{1,2})")
_STEMS = (
    *(
        ("padd", "psub"),
        ("psub", "padd"),
        ("pmin", "pmax"),
        ("pmax", "pmin"),
        ("pcmpeq", "pcmpgt"),
        ("pcmpgt", "pcmpeq"),
    ),
    *(("pand", "por"), ("por", "pand"), ("pxor", "por"), ("psrl", "psll"), ("psll", "psrl"), ("psra", "psrl")),
    *(("punpckl", "punpckh"), ("punpckh", "punpckl"), ("unpckl", "unpckh"), ("unpckh", "unpckl")),
    *(("adds", "subs"), ("addp", "subp"), ("subs", "adds"), ("subp", "addp"), ("mins", "maxs"), ("maxp", "minp")),
    *(("minp", "maxp"), ("muls", "adds"), ("mulp", "addp"), ("divp", "mulp"), ("sqrtp", "rsqrtp"), ("fmadd", "fmsub")),
)
_SCALAR = {
    **{"add": "sub", "sub": "add", "inc": "dec", "dec": "inc", "and": "or", "or": "and", "xor": "or", "imul": "add"},
    **{"shl": "shr", "sal": "shr", "shr": "shl", "sar": "shr", "rol": "ror", "ror": "rol", "lea": "mov", "adc": "add"},
    **{"sbb": "sub", "tzcnt": "lzcnt", "lzcnt": "tzcnt", "bsf": "bsr", "bsr": "bsf", "pext": "pdep", "pdep": "pext"},
    **{"movzx": "movsx", "movsx": "movzx", "neg": "not", "not": "neg", "shrx": "shlx", "shlx": "shrx", "andn": "and"},
}
_SCALAR_ATT = {f"{word}{size}": f"{other}{size}" for word, other in _SCALAR.items() for size in "bwlq"}
_LANES = {"b": "w", "w": "d", "d": "q", "q": "d"}
_LANED = re.compile(r"(v?(?:pcmpeq|pcmpgt|psrl|psll|psra|pbroadcast|punpckl|punpckh))([bwdq])")
_FOREIGN = {"mov": "ldr", "add": "addi", "cmp": "test.w", "jmp": "b", "ret": "return", "vmovdqu": "vld1"}
_PLAIN = frozenset({"ret", "vzeroupper", "nop", "endbr64", "emms", "prefetcht0", "prefetchnta", "vzeroall"})
"""What is not dropped: without a return there is no function, and the others are for speed."""
_GENERAL = (
    *(("rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"), ("eax", "ecx", "edx", "esi", "edi")),
    *(("r8d", "r9d", "r10d", "r11d"), tuple(f"ymm{number}" for number in range(16))),
    *((tuple(f"xmm{number}" for number in range(16))),),
)
_REGISTER = re.compile(r"%?\b(r[a-ds][xipl]|e[a-d]x|e[sd]i|r(?:8|9|1[0-5])d?|[xy]mm\d{1,2})\b")
_ORDERED = re.compile(r"v?(?:psub|pcmpgt|pshufb|sub|div|andn|pandn|shl|shr|sar|psrl|psll|psign|punpck|perm|pack)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line with an instruction.

    Attributes:
        index: of the line, from 0.
        lead: white space, and a label where one stands before.
        word: mnemonic.
        gap: white space behind it.
        rest: operands.
        tail: comment, with the white space before it.
    """

    index: int
    lead: str
    word: str
    gap: str
    rest: str
    tail: str

    def text(self, *, word: str | None = None, rest: str | None = None) -> str:
        """The line with another mnemonic or other operands."""
        word, rest = self.word if word is None else word, self.rest if rest is None else rest
        return f"{self.lead}{word}{self.gap if rest else ''}{rest}{self.tail}"

    @property
    def operands(self) -> list[str]:
        """Split at commas that stand outside of brackets."""
        return [part.strip() for part in re.split(r",(?![^(\[]*[)\]])", self.rest)] if self.rest else []


def read(source: str) -> list[Line]:
    """Return the lines that hold an instruction."""
    found = []
    for index, text in enumerate(source.split("\n")):
        match = _LINE.match(text)
        if match and not _LABEL.match(text):
            lead, word, gap, rest, tail = match.group("lead", "word", "gap", "rest", "tail")
            found.append(Line(index, lead, word, gap, rest, tail))
    return found


Proposer = Callable[[Line, Sequence[str]], Iterator[str]]
"""The new texts of a line; empty to delete it. Given the names of all labels of the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One way of making a mistake; see `mutation.Operator`, which works on syntax trees."""

    name: str
    kind: str
    propose: Proposer
    kept: bool = False
    limit: int | None = None


def _conditions(table: dict[str, str], *, moves: bool = True) -> Proposer:
    """Exchange conditions; without `moves` not of `cmov`, which mostly keeps one of two equal values at a boundary."""

    def propose(line: Line, labels: Sequence[str]) -> Iterator[str]:
        match = _CONDITIONAL.fullmatch(line.word)
        if match and match[2] in table and (moves or match[1] != "cmov"):
            yield line.text(word=match[1] + table[match[2]])

    return propose


def _arithmetic(line: Line, labels: Sequence[str]) -> Iterator[str]:
    other = _SCALAR.get(line.word) or _SCALAR_ATT.get(line.word)
    if other and not (line.word.startswith("xor") and len(set(line.operands)) == 1):
        if line.word != "lea" or "[" in line.rest:
            yield line.text(word=other)
        return
    bare = line.word.removeprefix("v")
    for stem, replacement in _STEMS:
        if bare.startswith(stem) and not (stem == "pxor" and len(set(line.operands)) == 1):
            yield line.text(word=line.word[: len(line.word) - len(bare)] + replacement + bare[len(stem) :])
            return


def _lanes(line: Line, labels: Sequence[str]) -> Iterator[str]:
    match = _LANED.fullmatch(line.word)
    if match:
        yield line.text(word=match[1] + _LANES[match[2]])


def _constants(line: Line, labels: Sequence[str]) -> Iterator[str]:
    for place, operand in enumerate(line.operands):
        match = re.fullmatch(r"(\$?)(-?\d+|0x[0-9A-Fa-f]+)", operand)
        if match and line.word not in ("vextracti128",):
            others = line.operands
            # A limit that is one less lets a loop run on; one more often only ends it early.
            others[place] = f"{match[1]}{int(match[2], 0) + (-1 if line.word.startswith('cmp') else 1)}"
            yield line.text(rest=", ".join(others))


def _displacements(line: Line, labels: Sequence[str]) -> Iterator[str]:
    match = re.search(r"([+-])(\d+)\]", line.rest)
    if match:
        other = int(match[2]) + (1 if match[1] == "+" else -1)
        yield line.text(rest=f"{line.rest[: match.start(2)]}{other}{line.rest[match.end(2) :]}")
        return
    match = re.search(r"(-?\d+)\(%", line.rest)
    if match:
        yield line.text(rest=line.rest[: match.start(1)] + str(int(match[1]) + 1) + line.rest[match.end(1) :])


def _scales(line: Line, labels: Sequence[str]) -> Iterator[str]:
    match = re.search(r"(?<=[*,])([1248])(?=[\])+])", line.rest)
    if match and ("[" in line.rest or "(" in line.rest):
        other = {"1": "2", "2": "1", "4": "2", "8": "4"}[match[1]]
        yield line.text(rest=line.rest[: match.start(1)] + other + line.rest[match.end(1) :])


def _dropped(line: Line, labels: Sequence[str]) -> Iterator[str]:
    if line.word not in _PLAIN:
        yield line.lead.rstrip() if line.lead.strip() else ""


def _registers(line: Line, labels: Sequence[str]) -> Iterator[str]:
    for match in _REGISTER.finditer(line.rest):
        bank = next((bank for bank in _GENERAL if match[1] in bank), None)
        if bank is not None:
            other = bank[(bank.index(match[1]) + 1) % len(bank)]
            yield line.text(rest=line.rest[: match.start(1)] + other + line.rest[match.end(1) :])
            return


def _swapped(line: Line, labels: Sequence[str]) -> Iterator[str]:
    operands = line.operands
    if _ORDERED.match(line.word) and len(operands) >= 2 and operands[-1] != operands[-2]:
        yield line.text(rest=", ".join([*operands[:-2], operands[-1], operands[-2]]))


def _targets(line: Line, labels: Sequence[str]) -> Iterator[str]:
    if line.word.startswith("j") and line.rest in labels and len(labels) > 1:
        yield line.text(rest=labels[(labels.index(line.rest) + 1) % len(labels)])


def _foreign(line: Line, labels: Sequence[str]) -> Iterator[str]:
    if line.word in _FOREIGN:
        yield line.text(word=_FOREIGN[line.word])


def _unknown_label(line: Line, labels: Sequence[str]) -> Iterator[str]:
    if line.word.startswith("j") and line.rest in labels:
        yield line.text(rest=f"{line.rest}x")


def _mixed_widths(line: Line, labels: Sequence[str]) -> Iterator[str]:
    match = re.match(r"(%?)(rax|rcx|rdx)\b(?=,\s*%?r)", line.rest)
    if match and line.word in ("mov", "add", "sub", "cmp", "xor", "movq", "addq"):
        yield line.text(rest=line.rest.replace(match[0], f"{match[1]}e{match[2][1:]}", 1))


def _bad_number(line: Line, labels: Sequence[str]) -> Iterator[str]:
    match = re.search(r"(?<![\w.])(\d+)$", line.rest)
    if match:
        yield line.text(rest=f"{line.rest[: match.start(1)]}0x{match[1]}g")


OPERATORS = (
    Operator(name="oppose_condition", kind="condition_error", propose=_conditions(_OPPOSITE)),
    Operator(name="nudge_condition", kind="boundary_error", propose=_conditions(_NEIGHBOUR, moves=False)),
    Operator(name="mistake_sign", kind="signedness_error", propose=_conditions(_SIGNED), limit=3),
    Operator(name="swap_operation", kind="operation_error", propose=_arithmetic),
    Operator(name="mistake_lanes", kind="width_error", propose=_lanes),
    Operator(name="off_by_one", kind="constant_error", propose=_constants),
    Operator(name="wrong_offset", kind="addressing_error", propose=_displacements),
    Operator(name="wrong_scale", kind="addressing_error", propose=_scales),
    Operator(name="drop_instruction", kind="missing_instruction", propose=_dropped, limit=24),
    Operator(name="swap_register", kind="register_error", propose=_registers, kept=True, limit=16),
    Operator(name="swap_operands", kind="operand_order_error", propose=_swapped, kept=True),
    Operator(name="wrong_target", kind="control_flow_error", propose=_targets, kept=True),
    Operator(name="foreign_instruction", kind="illegal_keyword_usage", propose=_foreign, limit=2),
    Operator(name="unknown_label", kind="undeclared_identifier", propose=_unknown_label, limit=2),
    Operator(name="mix_widths", kind="type_error", propose=_mixed_widths, limit=2),
    Operator(name="bad_number", kind="invalid_literal_format", propose=_bad_number, limit=2),
)


@lru_cache(maxsize=256)
def mutate(source: str) -> tuple[Mutation, ...]:
    r"""Return every single fault of an assembly source, in a fixed order.

    >>> [item.source.strip() for item in mutate("  add eax, 2\n") if item.operator == "swap_operation"]
    ['sub eax, 2']
    """
    rows, lines = source.split("\n"), read(source)
    labels = re.findall(r"^\s*(\.L\w+):", source, re.MULTILINE)
    seen, found = {_normalised(source)}, list[Mutation]()
    for operator in OPERATORS:
        made = []
        for line in lines:
            for text in operator.propose(line, labels):
                mutant = "\n".join([*rows[: line.index], *([text] if text else []), *rows[line.index + 1 :]])
                if _normalised(mutant) not in seen:
                    seen.add(_normalised(mutant))
                    made.append(
                        Mutation(
                            operator=operator.name,
                            kind=operator.kind,
                            line=line.index + 1,
                            source=mutant,
                            kept=operator.kept,
                        )
                    )
        limit = operator.limit or len(made)
        found += [made[index * len(made) // limit] for index in range(limit)] if len(made) > limit else made
    return tuple(found)


def _normalised(source: str) -> str:
    return " ".join(re.sub(r"#.*", "", source).split())
