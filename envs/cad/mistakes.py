"""Gross faults of CAD scripts, by the label that each should earn: what no change of one number brings about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ecot.envs.domain import Mutation
from ecot.envs.types import Label

__all__ = ["mistakes"]


def mistakes(source: str) -> Sequence[Mutation]:
    """Return them in a fixed order; a fault that does not apply to the source is left out."""
    return tuple(item for item in _all(source) if item.source != source)


def _all(source: str) -> Iterator[Mutation]:
    found = re.findall(r"^(\w+) = ", source, re.MULTILINE)
    part = found[-1] if found else "result"
    yield _made("unclosed_bracket", Label.COMPILATION_ERROR, source, _without_last(source, ")"))
    yield _made(
        "misspelt_method", Label.RUNTIME_ERROR, source, re.sub(r"\.extrude\(|\.box\(", ".make_block(", source, count=1)
    )
    yield _made("lost_import", Label.RUNTIME_ERROR, source, source.replace("import cadquery as cq\n", "", 1))
    yield _appended("other_name", Label.RUNTIME_ERROR, source, f"finished = {part}\n{part} = None\ndel {part}")
    yield _appended("rounded_too_far", Label.GEOMETRY_ERROR, source, f"{part} = {part}.edges().fillet(400)")
    yield _appended("ends_in_selection", Label.GEOMETRY_ERROR, source, f'{part} = {part}.faces(">Z")')
    yield _appended("cut_all", Label.GEOMETRY_ERROR, source, f"{part} = {part}.cut({part})")
    yield _appended(
        "two_bodies",
        Label.GEOMETRY_ERROR,
        source,
        f"{part} = {part}.union(cq.Workplane().box(1, 1, 1).translate((0, 0, 900)))",
    )
    yield _appended("reads_a_file", Label.REJECTED, source, f'{part} = cq.importers.importStep("part.step")')
    yield _prefixed("lists_folders", Label.REJECTED, source, "import os")
    yield _appended(
        "frees_the_shape",
        Label.MEMORY_FAULT,
        source,
        f"edge = {part}.edges().vals()[0]\nedge.wrapped.Nullify()\nlength = edge.Length()",
    )
    yield _appended("endless_loop", Label.TIMEOUT, source, f"while {part}:\n    spare = {part}")
    yield _appended("prints_too_much", Label.RESOURCE_LIMIT, source, 'print("x" * (1 << 20))')


def _without_last(source: str, character: str) -> str:
    place = source.rfind(character)
    return source if place < 0 else source[:place] + source[place + 1 :]


def _appended(name: str, label: Label, source: str, text: str) -> Mutation:
    return _made(name, label, source, source.rstrip() + "\n" + text + "\n")


def _prefixed(name: str, label: Label, source: str, text: str) -> Mutation:
    return _made(name, label, source, f"{text}\n{source}")


def _made(name: str, label: Label, source: str, changed: str) -> Mutation:
    pairs = zip(source.splitlines(), changed.splitlines(), strict=False)
    same = next((number for number, (old, new) in enumerate(pairs, 1) if old != new), len(source.splitlines()) + 1)
    return Mutation(operator=name, kind=str(label), line=same, source=changed)
