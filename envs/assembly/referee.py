"""Times programs against each other; runs in a confined child that holds no candidate's code and no expected value.

Every contestant is a process of its own (`runner.c`, mode `time`) with one memory that it may write, a file that this
process writes too. All are pinned to one core and take turns in random order. A turn: this process fills the memory
with fresh inputs, wiping whatever was left there; sends eight bytes; waits for eight bytes; reads the processor clock
of the contestant. Time that other programs take does not count, and a contestant that worked while it should wait is
charged for that, as its clock is never reset. What the turns leave behind is compared with what the compiler's code
leaves behind on the same inputs.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["measure"]

Array = NDArray[Any]
_BLOCK_NS = 2_000_000
_MOST_TURNS = 200
_WARM_TURNS = 3
_TRIALS = 5
"""Blocks by which the better of two baselines is told."""
_EARLY = 16
"""Rounds after which a large difference ends the contest."""
_CLEARLY_FASTER, _CLEARLY_SLOWER = 1.3, 0.85
_RESULT, _XMM = 80, 88
_DESCRIPTOR = 128


class _Crash(Exception):  # noqa: N818
    """A contestant ended."""

    def __init__(self, name: str, status: int) -> None:
        super().__init__(name)
        self.name, self.status = name, status


@dataclass(slots=True)
class _Plan:
    """What the host asks for; see `timing.py`."""

    image: Array
    stack: int
    descriptors: int
    calls: int
    outputs: tuple[int, int]
    regions: list[tuple[int, int, str, int]]
    """Call, place, type and number of elements of each buffer that is written; -1 for as many as are returned."""
    returns: str
    tolerance: float


class _Contestant:
    """One process, stopped at the start of a turn."""

    def __init__(self, name: str, program: str, plan: _Plan) -> None:
        self.name = name
        self._plan = plan
        path = f"memory.{name}"
        with Path(path).open("wb") as file:
            file.write(plan.image.tobytes())
        with Path(path).open("r+b") as file:
            self.memory: Array = np.frombuffer(mmap.mmap(file.fileno(), plan.image.size), dtype=np.uint8)
        inward, self._send = os.pipe()
        self._receive, outward = os.pipe()
        actions = [(os.POSIX_SPAWN_DUP2, inward, 0), (os.POSIX_SPAWN_DUP2, outward, 1)]
        self.process = os.posix_spawn(f"./{program}", [program, "time", path], {}, file_actions=actions)
        for descriptor in (inward, outward):
            os.close(descriptor)
        self._clock = (~self.process << 3) | 2
        self._charged = 0

    def turn(self) -> int:
        """Play all calls once; return the nanoseconds of processor time since the turn before."""
        self.memory[self._plan.stack :] = self._plan.image[self._plan.stack :]
        try:
            os.write(self._send, b"evaluate")
            answer = os.read(self._receive, 8)
        except BrokenPipeError:
            answer = b""
        if len(answer) != 8:
            raise _Crash(self.name, os.waitpid(self.process, 0)[1])
        now = time.clock_gettime_ns(self._clock)
        spent, self._charged = now - self._charged, now
        return spent

    def block(self, turns: int) -> int:
        return sum(self.turn() for _ in range(turns))

    def end(self) -> None:
        for descriptor in (self._send, self._receive):
            os.close(descriptor)
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)


def measure(argument: dict[str, Any]) -> dict[str, Any]:
    """Return processor nanoseconds of the candidate, the baseline and the baseline's twin, a block a round.

    Args:
        argument: `image`, the file with the memory; where its parts lie; `programs`, the candidate and one or two
            baselines; `rounds` and `seed`.

    Returns:
        `candidate`, `baseline`, `twin`: a number per round, of `turns` turns each; `chosen`, the index of the baseline;
        `wrong`, calls whose results differed from the baseline's; `crashed` and `status` where a contestant ended.
    """
    core = max(os.sched_getaffinity(0)) if argument["core"] is None else argument["core"]
    os.sched_setaffinity(0, {core})
    plan = _Plan(
        image=np.fromfile(argument["image"], dtype=np.uint8),
        stack=argument["stack"],
        descriptors=argument["descriptors"],
        calls=argument["calls"],
        outputs=(argument["outputs"][0], argument["outputs"][1]),
        regions=[tuple(item) for item in argument["regions"]],
        returns=argument["returns"],
        tolerance=argument["tolerance"],
    )
    held: list[_Contestant] = []
    try:
        return _contest(plan, argument, held)
    except _Crash as crash:
        return {"crashed": crash.name, "status": crash.status}
    finally:
        for one in held:
            one.end()


def _contest(plan: _Plan, argument: dict[str, Any], held: list[_Contestant]) -> dict[str, Any]:
    def enter(name: str, program: str) -> _Contestant:
        one = _Contestant(name, program, plan)
        held.append(one)
        for _ in range(_WARM_TURNS):
            one.turn()
        return one

    order = random.Random(argument["seed"])
    bases = [enter(f"baseline{index}", name) for index, name in enumerate(argument["programs"][1:])]
    turns = max(1, min(_MOST_TURNS, -(-_BLOCK_NS // max(1, min(base.turn() for base in bases)))))
    chosen = _better(bases, turns)
    baseline = bases[chosen]
    twin = enter("twin", argument["programs"][1 + chosen])
    candidate = enter("candidate", argument["programs"][0])
    blocks: dict[str, list[int]] = {"candidate": [], "baseline": [], "twin": []}
    wrong = list[int]()
    players = {"candidate": candidate, "baseline": baseline, "twin": twin}
    for number in range(argument["rounds"]):
        for name in order.sample(sorted(players), k=3):
            blocks[name].append(players[name].block(turns))
        if not wrong:
            wrong = _differing(plan, candidate.memory, baseline.memory)
        if wrong or (number + 1 == _EARLY and _clear(blocks)):
            break
    return {**blocks, "turns": turns, "chosen": chosen, "wrong": wrong[:8]}


def _better(bases: list[_Contestant], turns: int) -> int:
    """Index of the baseline with the lower median."""
    if len(bases) == 1:
        return 0
    taken = np.array([[base.block(turns) for base in bases] for _ in range(_TRIALS)])
    return int(np.argmin(np.median(taken, axis=0)))


def _clear(blocks: dict[str, list[int]]) -> bool:
    ratios = np.array([*blocks["baseline"], *blocks["twin"]]) / np.array(blocks["candidate"] * 2)
    low, high = np.quantile(ratios, [0.1, 0.9])
    return bool(low > _CLEARLY_FASTER or high < _CLEARLY_SLOWER)


def _differing(plan: _Plan, got: Array, goal: Array) -> list[int]:
    """Indices of calls whose results differ."""
    wrong = set[int]()
    if plan.returns:
        floating = plan.returns.startswith("<f")
        columns = [_results(plan, memory, _XMM if floating else _RESULT) for memory in (got, goal)]
        wrong.update(np.flatnonzero(~_equal(columns[0], columns[1], plan)).tolist())
    start, end = plan.outputs
    if np.array_equal(got[start:end], goal[start:end]):
        return sorted(wrong)
    counts = _results(plan, goal, _RESULT)
    for call, place, kind, elements in plan.regions:
        used = int(counts[call]) if elements < 0 else elements
        size = used * np.dtype(kind).itemsize
        parts = [memory[place : place + size].view(kind) for memory in (got, goal)]
        if not _equal(parts[0], parts[1], plan).all():
            wrong.add(call)
    return sorted(wrong)


def _results(plan: _Plan, memory: Array, column: int) -> Array:
    rows = memory[plan.descriptors : plan.descriptors + plan.calls * _DESCRIPTOR].reshape(plan.calls, _DESCRIPTOR)
    size = np.dtype(plan.returns).itemsize if plan.returns else 8
    return np.ascontiguousarray(rows[:, column : column + size]).view(plan.returns or "<u8")[:, 0]


def _equal(got: Array, goal: Array, plan: _Plan) -> Array:
    if plan.tolerance and got.dtype.kind == "f":
        return np.isclose(got, goal, rtol=plan.tolerance, atol=plan.tolerance, equal_nan=True)
    kind = f"u{got.dtype.itemsize}"
    return np.asarray(got.view(kind) == goal.view(kind))
