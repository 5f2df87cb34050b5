"""What a family of firmware tasks is: parameters, text, a solution, what the board does, and predicates.

The predicates run in the judge's process, over a record of what happened outside of the chip. No expected value ever
enters the process that plays a candidate's firmware.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from ecot.envs.drawn import Params
from ecot.envs.types import Diagnostic

if TYPE_CHECKING:
    from ecot.envs.embedded.evidence import Record

__all__ = ["Family", "Params", "Scene"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One run: what the board does, how long, and what is watched.

    Attributes:
        milliseconds: of simulated time; a missing event is a mismatch then.
        watch: pins whose edges are recorded.
        stimuli: what the board does; see `chip/stimuli.py`.
        registers: whose final values are wanted (`GPIOA.MODER`).
        work: budget of instructions and accesses.
        hse: hertz of the crystal; 0 where the board has none.
        expected: what the predicates compare with; stays in the judge.
    """

    milliseconds: float
    watch: tuple[str, ...] = ()
    stimuli: Sequence[Mapping[str, Any]] = ()
    registers: tuple[str, ...] = ()
    work: int = 12_000_000
    hse: int = 8_000_000
    expected: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A folder `families/<name>/`: `family.py` (this record, as `FAMILY`), `instruction.md`, `solution.c`, `hacks/`.

    Attributes:
        name: of the folder.
        revision: raised by any change of the draws, the text or the checks.
        level: 1 to 5.
        title: a few words, for tables.
        choices: the values of every parameter; a draw is one element of their product.
        fill: text of every `@{placeholder}` of the texts, for a draw.
        scene: one run, with stimuli drawn from the generator; each candidate plays `scenes` of them.
        check: what is wrong with a record, most telling first; empty where nothing is.
        scenes: how many runs decide, each with stimuli of its own.
        cosmetic: parameters that change names or wording only: draws that differ in nothing else share a split.
        valid: whether a combination of values is a task; None where all are.
        held_out: the whole family is the split `test_families`.
        faults_allowed: whether the firmware is meant to fault and handle it.
        tags: free words.
    """

    name: str
    revision: int
    level: int
    title: str
    choices: Mapping[str, Sequence[Any]]
    fill: Callable[[Params], Mapping[str, str]]
    scene: Callable[[Params, Random], Scene]
    check: Callable[[Params, Scene, Record], Sequence[Diagnostic]]
    scenes: int = 1
    cosmetic: tuple[str, ...] = ()
    valid: Callable[[Params], bool] | None = None
    held_out: bool = False
    faults_allowed: bool = False
    tags: tuple[str, ...] = field(default=())
