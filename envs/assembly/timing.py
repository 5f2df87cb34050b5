"""The stage `speed`: is the candidate faster than the compiler's code, by more than identical code differs?"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import struct
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecot.envs.assembly import workshop
from ecot.envs.assembly.calls import binary, registers
from ecot.envs.assembly.family import DTYPES, Call, Function, Role
from ecot.envs.assembly.judging import shown_call
from ecot.envs.assembly.source import LIMITS
from ecot.envs.assembly.steps import engine
from ecot.envs.errors import SandboxError, TaskError
from ecot.envs.sandbox import Workspace
from ecot.envs.stages import failed, limit, passed, said
from ecot.envs.types import Label, StageResult

__all__ = ["Contest", "Speed", "decide", "measure"]

ROUNDS = 48
"""Blocks of each contestant, unless the difference is large."""
CONFIDENCE = 0.999
"""One-sided, of the bounds of the speed-up."""
LEAST_FLOOR = 0.01
"""The noise floor is taken to be at least this: processes differ in where their pages lie, once for all rounds."""
MOST_FLOOR = 0.10
"""Identical code that differs by more than this makes a machine that cannot measure."""
MOST_SPREAD = 0.25
"""So do bounds that lie further apart than this, relative to the lower one."""
SHARED = 0x200000000000
_STACK, _STACK_BYTES, _DESCRIPTOR = 4096, 64 << 10, 128
_RESAMPLES = 4000
_SECONDS = 12.0
_HEADER = struct.Struct("<4Q")
_CONTESTANTS = ("candidate", "baseline", "twin")
_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """What is to be timed.

    Attributes:
        function: that all contestants are.
        calls: that are timed.
        reference: the C source of the baselines.
        isa: level of x86-64.
        optimise: levels of gcc, of which the better is the baseline.
        target: speed-up that earns the whole score.
        seed: of the order of turns.
    """

    function: Function
    calls: Sequence[Call]
    reference: str
    isa: str
    optimise: tuple[str, ...]
    target: float
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What a contest says.

    Attributes:
        speedup: ratio of medians, baseline over candidate.
        low: its lower bound.
        high: its upper bound.
        floor: relative difference of identical code, the baseline and its twin, in the same rounds.
    """

    speedup: float
    low: float
    high: float
    floor: float

    @property
    def faster(self) -> bool:
        """Whether the gain is beyond noise."""
        return self.low - 1.0 > self.floor

    @property
    def measurable(self) -> bool:
        """Whether this run could tell a gain from noise, or need not."""
        steady = self.floor <= MOST_FLOOR and self.high / self.low - 1.0 <= MOST_SPREAD
        return self.faster or steady or self.high < 1.0

    def reached(self, target: float) -> float:
        """The part of the way to a speed-up that the lower bound has come, on a logarithmic scale, at most 1."""
        return min(1.0, max(0.0, float(np.log(self.low) / np.log(target))))


def decide(candidate: Sequence[int], baseline: Sequence[int], twin: Sequence[int], *, seed: int) -> Speed:
    """Compare the blocks of a contest: medians over rounds, resampled round by round.

    Args:
        candidate: processor nanoseconds of each round.
        baseline: likewise.
        twin: likewise, of another process of the baseline.
        seed: of the bootstrap.
    """
    rows = np.array([candidate, baseline, twin], dtype=np.float64)
    random = np.random.default_rng(seed)
    chosen = random.integers(rows.shape[1], size=(_RESAMPLES, rows.shape[1]))
    ratios, _ = _ratios(rows[:, chosen])
    here, twins = _ratios(rows[:, None, :])
    low, high = np.quantile(ratios, [1.0 - CONFIDENCE, CONFIDENCE])
    floor = max(float(np.expm1(np.abs(twins[0]))), LEAST_FLOOR)
    return Speed(speedup=float(np.exp(here[0])), low=float(np.exp(low)), high=float(np.exp(high)),
                 floor=floor)  # fmt: skip


def _ratios(rows_3_R_N: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # noqa: N803
    """Logarithms of baseline over candidate, and of the twin over the baseline."""
    candidate, baseline, twin = np.log(np.median(rows_3_R_N, axis=-1))
    return (baseline + twin) / 2 - candidate, twin - baseline


def measure(workspace: Workspace, contest: Contest, *, program: str) -> StageResult:
    """Time a linked candidate of the workspace.

    Raises:
        TaskError: the baseline crashes on the calls that are timed.
        SandboxError: the host is at fault.
    """
    ran = engine("gcc", "x86-64")
    image, facts = memory_image(contest.function, contest.calls)
    workspace.write("memory.bin", binary(image))
    programs = [program, *_baselines(workspace, contest)]
    argument = {**facts, "image": "memory.bin", "programs": programs, "rounds": ROUNDS, "seed": contest.seed,
                "core": None}  # fmt: skip
    with _alone():
        answer = workspace.call(
            "ecot.envs.assembly.referee:measure", argument, limits=replace(LIMITS, cpu_seconds=_SECONDS)
        )
    if answer.process.exhausted is not None:
        return failed("speed", *limit(answer.process, contest.function.name), engine=ran)
    if answer.error or answer.value is None:
        raise SandboxError(f"the referee of a timing failed: {answer.error or answer.process.signal}")
    if "crashed" in answer.value:
        return _crashed(answer.value, ran)
    return _result(contest, answer.value, ran)


def _baselines(workspace: Workspace, contest: Contest) -> list[str]:
    names = list[str]()
    objects = list[bytes]()
    for level in contest.optimise:
        flags = (*workshop.COMPILER, level, f"-march=x86-64-{contest.isa}")
        made = workshop.compile_object(contest.reference, flags)
        if made in objects:
            continue
        objects.append(made)
        name = f"baseline{level}"
        workspace.write(f"{name}.o", binary(made))
        linked, words = workshop.link(workspace, [f"{name}.o"], function=contest.function.name, output=name)
        if not linked:
            raise TaskError(f"the baseline of {contest.function.name!r} does not link: {words[:300]}")
        names.append(name)
    return names


def memory_image(function: Function, calls: Sequence[Call]) -> tuple[bytes, dict[str, Any]]:
    """Return the memory of a contestant, and where its parts lie, as `referee.py` reads them.

    The memory: a page of numbers, the stack, a descriptor per call, the buffers that are written, those that are read.
    """
    descriptors = _STACK + _STACK_BYTES
    place = -(-(descriptors + _DESCRIPTOR * len(calls)) // 4096) * 4096
    held = [registers(function, call) for call in calls]
    parts, regions, ends = list[tuple[int, bytes]](), list[tuple[int, int, str, int]](), [place]
    for written in (True, False):
        for index, (general, _, buffers) in enumerate(held):
            for register, parameter, values in buffers:
                if (parameter.role is not Role.INPUT) is not written:
                    continue
                general[register] = SHARED + place
                parts.append((place, values.tobytes()))
                if written:
                    count = -1 if parameter.name == function.open_tail else values.size
                    regions.append((index, place, DTYPES[parameter.type], count))
                place = -(-(place + values.nbytes) // 64) * 64
        ends.append(place)
    image = bytearray(-(-(place + 1) // 4096) * 4096)
    _HEADER.pack_into(image, 0, len(image), len(calls), descriptors, descriptors)
    for index, (general, floating, _) in enumerate(held):
        struct.pack_into("<6Q4Q", image, descriptors + _DESCRIPTOR * index, *general, *floating)
    for where, data in parts:
        image[where : where + len(data)] = data
    facts = {
        "stack": _STACK,
        "descriptors": descriptors,
        "calls": len(calls),
        "outputs": ends[:2],
        "regions": regions,
        "returns": DTYPES[function.returns] if function.returns else "",
        "tolerance": function.tolerance,
    }
    return bytes(image), facts


def _crashed(value: Mapping[str, Any], ran: str) -> StageResult:
    status = int(value["status"])
    if value["crashed"] != "candidate":
        raise TaskError(
            f"the compiler's code crashes on the calls that are timed (status {status}); leave this task out"
        )
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    words = f"the function crashed on the calls that are timed (signal {number})"
    label = Label.MEMORY_FAULT if number in (7, 11) else Label.RUNTIME_ERROR
    return failed("speed", label, (said("judge", "crash", words),), engine=ran)


def _result(contest: Contest, value: Mapping[str, Any], ran: str) -> StageResult:
    if value["wrong"]:
        call = contest.calls[int(value["wrong"][0])]
        words = f"a result of the calls that are timed is wrong: {shown_call(contest.function, call)}"
        return failed("speed", Label.MISMATCH, (said("judge", "wrong_value", words),), engine=ran)
    speed = decide(value["candidate"], value["baseline"], value["twin"], seed=contest.seed)
    calls = int(value["turns"]) * len(contest.calls)
    nanoseconds = {f"{name}_ns_a_call": float(np.median(value[name])) / calls for name in _CONTESTANTS}
    metrics: dict[str, float | int] = {
        "speedup": speed.speedup,
        "speedup_low": speed.low,
        "speedup_high": speed.high,
        "noise_floor": speed.floor,
        "rounds": len(value["candidate"]),
        "baseline_level": int(contest.optimise[int(value["chosen"])][2:]) if len(contest.optimise) > 1 else 3,
        **nanoseconds,
    }
    log = json.dumps({name: [round(item / calls, 2) for item in value[name]] for name in _CONTESTANTS})
    if speed.faster:
        metrics["reached"] = speed.reached(contest.target)
        return passed("speed", engine=ran, metrics=metrics, log=log)
    text = (
        f"{speed.speedup:.3f} times as fast as what it is measured against, at least {speed.low:.3f}; identical code "
        f"differs by {speed.floor:.3f} here"
    )
    if not speed.measurable:
        noisy = (said("judge", "too_noisy", text),)
        return failed("speed", Label.UNVERIFIED, noisy, engine=ran, metrics=metrics, log=log)
    found = (said("judge", "no_gain", text),)
    return failed("speed", Label.NO_IMPROVEMENT, found, engine=ran, metrics=metrics, log=log)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One contest at a time on this machine, of this user."""
    path = Path(tempfile.gettempdir()) / f"ecot-timing-{os.getuid()}.lock"
    with _lock, path.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
