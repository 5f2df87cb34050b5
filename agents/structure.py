"""The structure of code: equal for sources that differ in names, comments and layout only.

The syntax tree of tree-sitter is read where the grammar of the language is installed, found by its usual package name
(`tree_sitter_python`) from the tags of the domain's fences; else tokens are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ecot.envs.domain import Domain

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/|(?<!\w)#[^\n]*|;[^\n]*$", re.S)
_TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.']*|\"[^\"\n]*\"|\S")
_NAME = re.compile(r"[A-Za-z_]\w*")

Reader = Callable[[str], Iterator[tuple[str, str]]]
"""Yields kind and text of what counts in a source; the text is empty where only the kind does."""


def structure_of(source: str, domain: Domain) -> str:
    """Return 32 hexadecimal digits that are equal for sources of equal structure."""
    reader, _ = _reader(domain.fences)
    names: dict[str, int] = {}
    total = hashlib.sha256()
    for kind, text in reader(source):
        shown = f"name{names.setdefault(text, len(names))}" if kind == "name" else text
        total.update(f"{kind}\0{shown}\0".encode())
    return total.hexdigest()[:32]


def reads_trees(domain: Domain) -> bool:
    """Whether a grammar is installed for the domain's language."""
    return _reader(domain.fences)[1]


@cache
def _reader(fences: Sequence[str]) -> tuple[Reader, bool]:
    if find_spec("tree_sitter") is not None:
        for tag in fences:
            if tag.isidentifier() and find_spec(f"tree_sitter_{tag}") is not None:
                return _tree_reader(import_module(f"tree_sitter_{tag}").language()), True
    return _tokens, False


def _tree_reader(grammar: Any) -> Reader:
    tree_sitter = import_module("tree_sitter")
    parser = tree_sitter.Parser(tree_sitter.Language(grammar))

    def read(source: str) -> Iterator[tuple[str, str]]:
        # A walk by hand: trees are deeper than Python's stack where expressions chain.
        waiting = [parser.parse(source.encode("utf-8", "replace")).root_node]
        while waiting:
            node = waiting.pop()
            children = [child for child in node.children if "comment" not in child.type]
            if children:
                yield node.type, str(len(children))
                waiting += reversed(children)
                continue
            text = node.text.decode("utf-8", "replace")
            yield ("name", text) if "identifier" in node.type else (node.type, text if node.is_named else "")

    return read


def _tokens(source: str) -> Iterator[tuple[str, str]]:
    for token in _TOKEN.findall(_COMMENT.sub(" ", source)):
        yield ("name" if _NAME.fullmatch(token) else "token", token)
