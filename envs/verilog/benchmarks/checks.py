"""What a testbench that counts its own checks says it counted: how many answers were right, and how many wrong.

Testbenches of ArchXBench print no common verdict: a line of JSON, a summary in words, or a word for every check. Read
here are, in this order, the JSON, the summaries, the single words. A failure that is told in words counts even where
no number does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

WORDS = re.compile(r"pass|fail|error|mismatch|timeout|success|needs work|\bok\b|[\u2713\u2717]", re.IGNORECASE)
"""Found in every text with which such a testbench reports a check or a verdict."""
_BOTH = re.compile(r"pass\w*\s*/\s*fail\w*", re.IGNORECASE)
_JSON = re.compile(r'"passed"\s*:\s*(\d+)\s*,\s*"failed"\s*:\s*(\d+)')
_PASSED, _FAILED = (
    re.compile(rf"(?<!\d )\b{word}(?:ed)?(?: tests)?\s*[:=]\s*(\d+)(?![\w.-]| x)", re.IGNORECASE)
    for word in ("pass", "fail")
)
"""Not `Test 3 PASSED: 4 x 5 = 20`, nor `TEST PASSED: 8-bit counter`, which are single words."""
_PAIR = re.compile(r"(\d+)\s+pass(?:ed)?\b.*?(\d+)\s+fail(?:ed)?\b", re.IGNORECASE)
_WRONG = re.compile(
    r"\bfail(?:ed|s|ures?)?\b|\bmismatch|\btimeout\b|needs work|^\W*(?-i:ERROR|FATAL)\b|\b[1-9]\d* error|\u2717",
    re.IGNORECASE,
)
_RIGHT = re.compile(r"\bpass(?:ed|es)?\b|\bok\b|\bsuccess(?! rate)|\u2713", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Checks:
    """What was counted.

    Attributes:
        right: checks that passed.
        wrong: checks that failed; at least 1 where a failure was told without a number.
    """

    right: int
    wrong: int

    @property
    def passed(self) -> bool:
        """Whether something was checked and nothing was wrong."""
        return self.right > 0 and not self.wrong


def checks_in(lines: Iterable[str]) -> Checks:
    """Return what the lines of a testbench say.

    >>> checks_in(["[FAIL] a=1 b=2", "Passed: 3, Failed: 1"])
    Checks(right=3, wrong=1)
    >>> checks_in(["Test 7 PASSED: y=3", "ERROR at test 8: y=4"])
    Checks(right=1, wrong=1)
    """
    json, summed, told, counted = list[tuple[int, int]](), [0, 0], [0, 0], False
    for line in lines:
        text = _BOTH.sub(" ", line)
        found = _JSON.findall(text)
        numbers = _numbers(text)
        if found:
            json += [(int(right), int(wrong)) for right, wrong in found]
        elif numbers is not None:
            counted = True
            summed = [summed[0] + numbers[0], summed[1] + numbers[1]]
        elif _WRONG.search(text):
            told[1] += 1
        elif _RIGHT.search(text):
            told[0] += 1
    if json:
        right, wrong = map(sum, zip(*json, strict=True))
    else:
        right, wrong = summed if counted else told
    return Checks(right, wrong or int(told[1] > 0))


def _numbers(text: str) -> tuple[int, int] | None:
    """The checks that a summary counts, right and wrong; None for a line that is none."""
    pair = _PAIR.search(text)
    if pair:
        return int(pair[1]), int(pair[2])
    right, wrong = _PASSED.findall(text), _FAILED.findall(text)
    return (sum(map(int, right)), sum(map(int, wrong))) if right or wrong else None
