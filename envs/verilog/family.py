"""What a built-in family of Verilog tasks is: parameters, ports, text, a solution, a stimulus and an independent model.

The model is written in Python from the specification, apart from the Verilog solution, so that a solution that passes
is evidence. It runs in the judge's process only: no expected value ever enters a simulator that holds a candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from ecot.envs.types import File

if TYPE_CHECKING:
    from ecot.envs.verilog.bench.plan import Bench
    from ecot.envs.verilog.crossing.plan import Crossing

Params = Mapping[str, Any]
"""One draw: a value per key of `Family.choices`."""

Inputs = Mapping[str, int]
"""A value per input port but the clock, unsigned."""

Outputs = Mapping[str, int | None]
"""A value per output port, unsigned; None where the specification leaves it open."""


class Role(StrEnum):
    """What a port is to the driver."""

    CLOCK = "clock"
    RESET = "reset"
    DATA = "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One port of the module, as the interface table shows it.

    Attributes:
        name: identifier.
        direction: `input` or `output`.
        width: bits; 1 is declared without a range.
        description: one clause for the table.
        role: the driver toggles the clock by itself; every other input is part of the stimulus.
        signed: declared `signed`; values in models and stimuli stay unsigned.
    """

    name: str
    direction: str
    description: str
    width: int = 1
    role: Role = Role.DATA
    signed: bool = False


class Model(Protocol):
    """The specification as a program: one object plays one simulation.

    A cycle of the driver: inputs change while the clock is low, outputs are sampled (`settle`), the clock rises
    (`clock`, clocked modules only), outputs are sampled again (`settle`), the clock falls.
    """

    def settle(self, inputs: Inputs) -> Outputs:
        """Outputs for these inputs in the present state. An active asynchronous reset takes effect here."""

    def clock(self, inputs: Inputs) -> None:
        """One rising edge with these inputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A folder `families/<name>/`: `family.py` (this record, as `FAMILY`), `instruction.md`, `solution.v`, `hacks/`.

    A hack opens with `// expect: LABEL[,LABEL]: reason`. The rest is a whole module, or what differs from the solution:
    `// instead of:` and lines of it, then `// stands:` and the lines in their place.

    Attributes:
        name: of the folder.
        revision: raised by any change of the draws, the text or the checks.
        level: 1 to 5.
        title: a few words, for tables.
        choices: the values of every parameter; a draw is one element of their product.
        ports: of the module, for a draw; the clock first where there is one.
        fill: text of every `@{placeholder}` of `instruction.md`, `solution.v` and the family's hacks, for a draw; the
            names `top`, `header` and `interface` are filled in by the source.
        model: a fresh model for a draw.
        stimulus: one mapping per cycle for a draw, corner cases first, then drawn from the generator. Clocked modules
            start in an unknown state, so a stimulus begins with a reset where there is one.
        cosmetic: parameters that change names or wording only: draws that differ in nothing else share a split.
        valid: whether a combination of values is a task; None where all are.
        held_out: the whole family is the split `test_families`.
        latches: whether a latch is part of the specification.
        judge: name of the judge in `toolchain.JUDGES` that runs the family. The default plays `stimulus` cycle by
            cycle and compares with `model`; what another judge reads of this record, its module says.
        files: of the bundle beside the driver, for a draw; None for none.
        crossing: clocks and properties, where the judge is `crossing`.
        bench: plan and coverage of a family that is played on cocotb; see `cocotb_judge.py`.
        tags: free words.
    """

    name: str
    revision: int
    level: int
    title: str
    choices: Mapping[str, Sequence[Any]]
    ports: Callable[[Params], Sequence[Port]]
    fill: Callable[[Params], Mapping[str, str]]
    model: Callable[[Params], Model]
    stimulus: Callable[[Params, Random], Sequence[Inputs]]
    cosmetic: tuple[str, ...] = ()
    valid: Callable[[Params], bool] | None = None
    held_out: bool = False
    latches: bool = False
    judge: str = "model"
    files: Callable[[Params], Sequence[File]] | None = None
    crossing: Crossing | None = None
    bench: Bench | None = None
    tags: tuple[str, ...] = field(default=())
