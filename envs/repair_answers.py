"""What a reply says of the faults beside the code, their types and their lines, and how right that is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Set
from enum import StrEnum

__all__ = ["ANSWERS", "LINES", "TYPES", "Answer", "answer_metrics", "expected_reply", "normalised_type", "wrong_parts"]

TYPES, LINES = "Result", "Lines"
"""The lines of a reply: `Result: ["missing end"]`, as the VeriRepair benchmark has it, and `Lines: [12]`."""
ANSWERS = (TYPES, LINES)


class Answer(StrEnum):
    """What a repair task is rewarded for."""

    REPAIR = "repair"
    CLASSIFY = "classify"
    LOCATE = "locate"


def normalised_type(name: str) -> str:
    """Return a type of fault as answers are compared.

    >>> normalised_type("Non-Synthesizable construct") == normalised_type("nonsynthesizable_construct")
    True
    """
    return re.sub(r"[\W_]+", "", name).lower()


def answer_metrics(
    answers: Mapping[str, str], *, types: Iterable[str], lines: Iterable[int]
) -> Mapping[str, float | int]:
    """Score the lists in a reply; a list that was not given, or that nothing is known to compare with, has no metrics.

    Args:
        answers: of the candidate: JSON lists by the name of their line.
        types: of the faults.
        lines: of the faulty code that the faults changed.

    Returns:
        `types_exact` (0 or 1), `types_precision`, `types_recall`, `types_f1`, and the same of `lines`.

    >>> answer_metrics({"Lines": "[3, 4]"}, types=[], lines=[3])["lines_precision"]
    0.5
    """
    metrics: dict[str, float | int] = {}
    known = {"types": (TYPES, {normalised_type(name) for name in types}), "lines": (LINES, set(map(str, lines)))}
    for prefix, (name, expected) in known.items():
        if name in answers and expected:
            metrics |= _scored(prefix, _given(answers[name]), expected)
    return metrics


def _given(answer: str) -> set[str]:
    return {str(item) if isinstance(item, int) else normalised_type(str(item)) for item in json.loads(answer)}


def _scored(prefix: str, given: Set[str], expected: Set[str]) -> Mapping[str, float | int]:
    right = len(given & expected)
    precision = right / len(given) if given else 0.0
    recall = right / len(expected)
    total = precision + recall
    return {
        f"{prefix}_exact": int(given == expected),
        f"{prefix}_precision": precision,
        f"{prefix}_recall": recall,
        f"{prefix}_f1": 2 * precision * recall / total if total else 0.0,
    }


def wrong_parts(answer: str | None, expected: Iterable[str | int]) -> str:
    """Say how a list differs from the right one without giving it away; empty where they are equal."""
    wanted = {str(item) if isinstance(item, int) else normalised_type(item) for item in expected}
    given = set() if answer is None else _given(answer)
    if given == wanted:
        return ""
    return f"{len(given & wanted)} of the {len(given)} named are right, and {len(wanted - given)} are missing"


def expected_reply(answer: Answer, *, types: Iterable[str], lines: Iterable[int]) -> str:
    """Return the line that a reply to a task of classification or localisation must hold."""
    if answer is Answer.CLASSIFY:
        return f"{TYPES}: {json.dumps(sorted(set(types)))}\n"
    return f"{LINES}: {json.dumps(sorted(set(lines)))}\n"
