"""What the scripted agent says about feedback that it has really read: phrases from `reasoning.md`, filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from random import Random

from ecot.envs.errors import ConfigError
from ecot.envs.prompts import fill, load
from ecot.envs.types import Label

_LABEL = re.compile(rf"\b({'|'.join(Label)})\b")
_PLACE = re.compile(r"[\w./-]+:(\d+)(?::\d+)?: ")
_LONGEST_QUOTE = 240
_LONGEST_GOAL = 300


@dataclass(frozen=True, slots=True)
class Reading:
    """What an agent makes of one feedback.

    Attributes:
        label: the word; None where the feedback holds none.
        quote: the first diagnostic, on one line; empty if none.
        lines: line numbers that the diagnostics name, in order.
        words: every identifier in the diagnostics.
    """

    label: Label | None
    quote: str
    lines: tuple[int, ...]
    words: frozenset[str]


def read_feedback(feedback: str) -> Reading:
    """Return what a feedback says; works for every feedback mode."""
    head, _, body = feedback.strip().partition("\n")
    found = _LABEL.search(head)
    if found is None:
        return Reading(None, "", (), frozenset())
    said = [line.strip() for line in body.strip().split("\n\n")[0].splitlines() if line.strip()]
    # A tag quoted inside the reasoning would end it early for whoever reads the text by its tags.
    said = [re.sub(r"</?think>", "think", line) for line in said]
    quote = said[0] if said and "Corrections left" not in said[0] else ""
    if len(quote) > _LONGEST_QUOTE:
        quote = f"{quote[:_LONGEST_QUOTE].rsplit(' ', 1)[0]} ..."
    return Reading(
        label=Label(found[1]),
        quote=quote,
        lines=tuple(int(number) for number in _PLACE.findall(body)),
        words=frozenset(re.findall(r"[A-Za-z_]\w*", body)),
    )


def goal_of(instruction: str) -> str:
    """Return the first sentence of an instruction that is prose, on one line."""
    for paragraph in instruction.split("\n\n"):
        text = " ".join(paragraph.split())
        if text and not text.startswith(("#", "|", "```", "-")):
            sentence = re.split(r"(?<=[.:])\s", text)[0]
            return sentence if len(sentence) <= _LONGEST_GOAL else f"{sentence[:_LONGEST_GOAL].rsplit(' ', 1)[0]} ..."
    return instruction.strip().split("\n")[0]


def say(occasion: str, values: Mapping[str, str], *, random: Random) -> str:
    """Return a phrase for an occasion, filled in.

    Raises:
        ConfigError: `reasoning.md` has no such heading.
    """
    try:
        choices = _phrases()[occasion]
    except KeyError:
        raise ConfigError(f"reasoning.md has no heading {occasion!r}") from None
    return " ".join(fill(random.choice(choices), values).split())


def say_about(reading: Reading, *, random: Random) -> str:
    """Return a phrase about a feedback."""
    if reading.label is None:
        return say("blind", {}, random=random)
    occasion = "format" if reading.label is Label.FORMAT_ERROR else str(reading.label)
    values = {"quote": reading.quote or str(reading.label), "label": str(reading.label)}
    return say(occasion if occasion in _phrases() else "other", values, random=random)


@cache
def _phrases() -> Mapping[str, tuple[str, ...]]:
    sections: dict[str, tuple[str, ...]] = {}
    for part in re.split(r"^# ", load("ecot.agents", "reasoning.md"), flags=re.M)[1:]:
        heading, _, body = part.partition("\n")
        sections[heading.strip()] = tuple(
            line.removeprefix("- ") for line in body.splitlines() if line.startswith("- ")
        )
    return sections
