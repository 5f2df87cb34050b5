"""Measure how often the stage `speed` calls code faster that is, and that is not.

Usage: python examples/measure_timing_noise.py [--trials N] [--gains 1,1.05,1.1,1.25] [--load PROCESSES]

The code is a chain of dependent multiplications of a known length, so that a gain is known too: with a gain of 1 both
functions are the same. `--load` keeps so many other processes busy meanwhile. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

import numpy as np

from ecot.envs.assembly import DOMAIN, timing, workshop
from ecot.envs.assembly.calls import binary
from ecot.envs.assembly.family import Function, Parameter
from ecot.envs.assembly.source import LIMITS
from ecot.envs.sandbox.choose import choose
from ecot.envs.types import Label

STEPS = 8000
SOURCE = """#include <stdint.h>

uint64_t chain(uint64_t start)
{{
    uint64_t value = start;
    for (int step = 0; step < {steps}; step++)
        __asm__ volatile("imul $3, %0, %0" : "+r"(value));
    return start;
}}
"""
FUNCTION = Function(name="chain", parameters=(Parameter(name="start", type="uint64_t"),), returns="uint64_t")
CALLS = [(number,) for number in range(24)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1)
    parser.add_argument("--gains", default="1,1.05,1.1,1.25")
    parser.add_argument("--load", type=int, default=0)
    arguments = parser.parse_args()
    busy = [subprocess.Popen([sys.executable, "-c", "while True: sum(range(100000))"]) for _ in range(arguments.load)]
    cores = len(os.sched_getaffinity(0))
    print(f"load average {os.getloadavg()[0]:.1f} on {cores} cores, {arguments.load} busy processes of our own\n")
    print("| true gain | trials | called faster | too noisy | gain, median | noise floor, median | s a trial |")
    print("|---|---|---|---|---|---|---|")
    try:
        for gain in map(float, arguments.gains.split(",")):
            print(_row(gain, arguments.trials), flush=True)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    return 0


def _row(gain: float, trials: int) -> str:
    faster = noisy = 0
    gains, floors, seconds = [], [], []
    cell = choose().cell(preload=DOMAIN.preload)
    try:
        for trial in range(trials):
            started = time.perf_counter()
            result = _trial(cell, gain, trial)
            seconds.append(time.perf_counter() - started)
            faster += result.label is Label.PASS
            noisy += result.label is Label.UNVERIFIED
            gains.append(result.metrics["speedup"])
            floors.append(result.metrics["noise_floor"])
    finally:
        cell.close()
    share = f"{faster} ({faster / trials:.1%})"
    figures = f"{np.median(gains):.3f} | {np.median(floors):.1%} | {np.median(seconds):.2f}"
    return f"| {gain:g} | {trials} | {share} | {noisy} | {figures} |"


def _trial(cell, gain: float, trial: int):
    flags = (*workshop.COMPILER, "-O2", "-march=x86-64-v3")
    contest = timing.Contest(
        function=FUNCTION,
        calls=CALLS,
        reference=SOURCE.format(steps=round(STEPS * gain)),
        isa="v3",
        optimise=("-O2",),
        target=1.5,
        seed=trial,
    )
    with cell.workspace(LIMITS) as workspace:
        workspace.write("candidate.o", binary(workshop.compile_object(SOURCE.format(steps=STEPS), flags)))
        linked, words = workshop.link(workspace, ["candidate.o"], function="chain", output="candidate")
        if not linked:
            raise SystemExit(words)
        return timing.measure(workspace, contest, program="candidate")


if __name__ == "__main__":
    sys.exit(main())
