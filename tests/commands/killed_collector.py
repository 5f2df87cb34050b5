"""Runs `ecot collect` in forked children and kills each with SIGKILL at a random moment, until one ends by itself.

Usage: killed_collector.py SEED KILLS LONGEST_SECONDS WORDS... ; prints how many were killed. It is a program of its
own, because a fork is safe only where no thread runs yet.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time

import fakes

import ecot.commands.collect  # noqa: F401  (imported once, so that children start in milliseconds)
from ecot.__main__ import main


def run_one(words: list[str], seconds: float | None) -> int | None:
    """Return the exit code, None where the child was killed."""
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os._exit(main(["collect", *words]))
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    fakes.register_fakes()
    chance = random.Random(int(sys.argv[1]))
    codes = [run_one(sys.argv[4:], chance.uniform(0.0, float(sys.argv[3]))) for _ in range(int(sys.argv[2]))]
    codes.append(run_one(sys.argv[4:], None))
    sys.stdout.write(f"{codes.count(None)}\n")
    sys.exit(codes[-1] or 0)
