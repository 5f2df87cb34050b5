"""Seeds single faults into code: operators of a language applied to its tree-sitter syntax tree.

The engine knows no language. A language brings a grammar and a table of operators; an operator looks at one node and
proposes changes of the text. Every mutant is the source with one proposal applied, so that it holds one fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from tree_sitter import Language, Node, Parser, Tree

from ecot.envs.domain import Mutation

__all__ = [
    "Change",
    "Edit",
    "MutationLanguage",
    "Operator",
    "descendants",
    "mutations",
    "parse",
    "remove",
    "replace",
    "replace_tokens",
    "text_of",
]


@dataclass(frozen=True, slots=True)
class Edit:
    """The bytes `start:end` of the UTF-8 source become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One fault: edits that do not overlap, and its class where it is not the operator's."""

    edits: tuple[Edit, ...]
    kind: str = ""


Proposer = Callable[[Node], Iterable[Change]]
"""Called with every node in the order of the text; returns nothing where it does not apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One way of making a mistake.

    Attributes:
        name: verb and object in snake case.
        kind: class of the fault, unless a change names its own.
        propose: the changes at one node.
        kept: withheld from whoever writes the checks.
        limit: at most so many mutants a source, spread evenly over it; None for all.
    """

    name: str
    kind: str
    propose: Proposer
    kept: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationLanguage:
    """What the engine needs of a language.

    Attributes:
        grammar: returns the capsule of a tree-sitter grammar.
        comments: regular expression of a comment.
        operators: in the order in which mutants are listed.
    """

    grammar: Callable[[], object]
    comments: str
    operators: tuple[Operator, ...]


def mutations(source: str, language: MutationLanguage) -> tuple[Mutation, ...]:
    """Return every single fault of a source: operators in the order of their table, sites in the order of the text.

    The result is a pure function of the source. A mutant that equals the source or an earlier mutant, comments and
    white space aside, is left out, and so is a proposal within text that does not parse.

    Args:
        source: of one file.
        language: that it is written in.
    """
    data = source.encode()
    nodes = [node for node in descendants(parse(source, language).root_node) if not node.is_error]
    seen = {_normalised(source, language.comments)}
    found: list[Mutation] = []
    for operator in language.operators:
        made = []
        for change in _proposals(nodes, operator):
            mutant = _apply(data, change.edits)
            key = _normalised(mutant, language.comments)
            if key not in seen:
                seen.add(key)
                made.append(_mutation(data, mutant, change=change, operator=operator))
        found.extend(_spread(made, operator.limit))
    return tuple(found)


def parse(source: str, language: MutationLanguage) -> Tree:
    """Return the syntax tree; text that does not parse becomes error nodes."""
    return Parser(_grammar(language.grammar)).parse(source.encode())


@cache
def _grammar(grammar: Callable[[], object]) -> Language:
    return Language(grammar())


def descendants(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the text."""
    stack = [node]
    while stack:
        item = stack.pop()
        yield item
        stack.extend(reversed(item.children))


def text_of(node: Node) -> str:
    """The source under a node."""
    return (node.text or b"").decode()


def replace(node: Node, text: str, *, kind: str = "") -> Change:
    """The text under a node becomes another."""
    return Change((Edit(node.start_byte, node.end_byte, text),), kind)


def remove(node: Node, *, kind: str = "") -> Change:
    """The text under a node goes, with the white space before it."""
    return Change((Edit(_before(node), node.end_byte, ""),), kind)


def _before(node: Node) -> int:
    """Where the white space before a node begins."""
    earlier = node.prev_sibling
    return earlier.end_byte if earlier is not None else node.start_byte


def replace_tokens(table: Mapping[str, Sequence[str]], *, within: Callable[[Node], bool]) -> Proposer:
    """A proposer that exchanges tokens.

    Args:
        table: what may stand in for a token, by its text.
        within: whether a token may be exchanged, told by its parent.
    """

    def propose(node: Node) -> Iterator[Change]:
        if node.is_named or node.type not in table or node.parent is None or not within(node.parent):
            return
        for other in table[node.type]:
            yield replace(node, other)

    return propose


def _proposals(nodes: Iterable[Node], operator: Operator) -> Iterator[Change]:
    for node in nodes:
        if not node.is_missing:
            yield from operator.propose(node)


def _apply(data: bytes, edits: Sequence[Edit]) -> str:
    parts, position = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        if edit.start < position:
            raise ValueError(f"edits overlap at byte {edit.start}")
        parts += [data[position : edit.start], edit.text.encode()]
        position = edit.end
    return b"".join([*parts, data[position:]]).decode()


def _normalised(source: str, comments: str) -> str:
    return " ".join(re.sub(comments, " ", source).split())


def _mutation(data: bytes, mutant: str, *, change: Change, operator: Operator) -> Mutation:
    first = min(change.edits, key=lambda edit: edit.start)
    removed = data[first.start : first.end]
    start = first.start + len(removed) - len(removed.lstrip())
    return Mutation(
        operator=operator.name,
        kind=change.kind or operator.kind,
        line=data.count(b"\n", 0, start) + 1,
        source=mutant,
        kept=operator.kept,
    )


def _spread(made: Sequence[Mutation], limit: int | None) -> Sequence[Mutation]:
    if limit is None or len(made) <= limit:
        return made
    return [made[index * len(made) // limit] for index in range(limit)]
