"""What the world model writes: an outcome as text, label first, and back.

The first line is the verdict (label, failing stage), so that it costs one step; then come the diagnostics of the
failing stage (class, line, symbol, then the words), then every stage with its numbers. The round trip is exact:
`decode(encode(o)) == o.canonical()`.
What it reads is in `reading.py`; `encode_request` joins a reading to one text, for models that take text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ecot.envs.errors import PredictionError
from ecot.envs.types import Diagnostic, Label, Outcome, StageResult
from ecot.world_model.reading import Mark, Reading

__all__ = ["decode", "encode", "encode_request"]

_NONE = "-"
_SIGNS = {Mark.PLAIN: "", Mark.SAME: "", Mark.ADDED: "+", Mark.GONE: "~", Mark.FACT: ""}


def encode_request(reading: Reading) -> str:
    """Return a reading as text: facts, then code, words that differ from the reference marked `+` and `~`."""
    lines = [f"<{reading.kind}>"]
    for line in reading.lines:
        marked = (f"{_SIGNS[Mark(mark)]}{word}" for word, mark in zip(line.words, line.marks, strict=True))
        lines.append(" ".join(marked))
    return "\n".join(lines) + "\n"


def encode(outcome: Outcome) -> str:
    r"""Return the canonical form of an outcome as text.

    >>> stage = StageResult(name="compile", passed=True, label=Label.PASS, metrics={"cells": 7})
    >>> encode(Outcome(stages=(stage,)))
    'PASS -\nstage compile PASS cells=7\n'
    """
    outcome = outcome.canonical()
    failed = outcome.failure
    lines = [f"{outcome.label} {failed.name if failed else _NONE}"]
    # The diagnostics of the failure first: they matter most, and a reader may stop early.
    ordered = sorted(enumerate(outcome.stages), key=lambda item: item[1].passed)
    for place, stage in ordered:
        lines += [_diagnostic_line(place, item) for item in stage.diagnostics]
    for stage in outcome.stages:
        numbers = [f"{_word(key)}={json.dumps(value)}" for key, value in stage.metrics.items()]
        lines.append(" ".join(["stage", _word(stage.name), str(stage.label), *numbers]))
    lines += [f"omitted {_word(name)}" for name in outcome.omitted]
    return "\n".join(lines) + "\n"


def decode(text: str) -> Outcome:
    """Return the outcome that a text describes.

    Raises:
        PredictionError: the text is no outcome; the message names the line.
    """
    lines = text.split("\n")
    stages: list[StageResult] = []
    diagnostics: list[tuple[int, Diagnostic]] = []
    omitted: list[str] = []
    for number, line in enumerate(lines[1:], start=2):
        word, _, rest = line.partition(" ")
        try:
            if word == "diagnostic":
                diagnostics.append(_read_diagnostic(rest))
            elif word == "stage":
                stages.append(_read_stage(rest))
            elif word == "omitted":
                omitted.append(_unword(rest))
            elif line:
                raise ValueError(f"it begins with {word!r:.40}")
        except (ValueError, KeyError, IndexError) as error:
            raise PredictionError(f"line {number} of a prediction cannot be read: {error}") from None
    outcome = Outcome(stages=tuple(_with(stages, diagnostics)), omitted=tuple(omitted))
    said = lines[0].partition(" ")[0]
    if said != outcome.label:
        raise PredictionError(f"a prediction says {said!r:.40} first, and {str(outcome.label)!r} by its stages")
    return outcome


def _with(stages: Sequence[StageResult], diagnostics: Sequence[tuple[int, Diagnostic]]) -> Iterator[StageResult]:
    if any(place >= len(stages) for place, _ in diagnostics):
        raise PredictionError("a prediction holds a diagnostic of a stage that it does not list")
    for place, stage in enumerate(stages):
        yield replace(stage, diagnostics=tuple(item for other, item in diagnostics if other == place))


def _diagnostic_line(place: int, item: Diagnostic) -> str:
    """Class, line, symbol, then the rest."""
    fields: list[Any] = [place, item.code, item.line, item.symbol, item.column, item.tool, item.file, item.message]
    return f"diagnostic {json.dumps(fields, ensure_ascii=True)}"


def _read_diagnostic(text: str) -> tuple[int, Diagnostic]:
    place, code, line, symbol, column, tool, file, message = json.loads(text)
    if not isinstance(place, int) or place < 0:
        raise ValueError(f"{place!r} is no stage")
    return place, Diagnostic(
        tool=str(tool), code=str(code), message=str(message), file=str(file), line=int(line), column=int(column),
        symbol=str(symbol),
    )  # fmt: skip


def _read_stage(text: str) -> StageResult:
    name, label, *numbers = text.split(" ")
    metrics = {_unword(key): json.loads(value) for key, _, value in (item.rpartition("=") for item in numbers)}
    if not all(isinstance(value, int | float) for value in metrics.values()):
        raise ValueError("a metric is no number")
    found = Label(label)
    return StageResult(name=_unword(name), passed=found is Label.PASS, label=found, metrics=metrics)


def _word(text: str) -> str:
    """A text as one word: plain where it is one already, else as JSON without spaces or line ends."""
    plain = text.isascii() and text.replace("_", "a").replace(".", "a").isalnum()
    return text if plain else json.dumps(text).replace(" ", "\\u0020").replace("=", "\\u003d")


def _unword(word: str) -> str:
    return str(json.loads(word)) if word.startswith('"') else word
