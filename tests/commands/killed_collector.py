"""Runs `ecot collect` in forked children and kills each with SIGKILL at a random moment, until one ends by itself.

Usage: killed_collector.py SEED KILLS LONGEST_SECONDS WORDS... ; prints how many were killed, and how many processes of
theirs were still alive ten seconds later. It is a program of its
own, because a fork is safe only where no thread runs yet.
"""

from __future__ import annotations

import ctypes
import os
import random
import signal
import sys
import time
from pathlib import Path

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


def adopt_orphans() -> None:
    """Become the parent of whatever a killed child leaves behind, so that it can be counted."""
    pr_set_child_subreaper = 36
    if ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0):
        raise OSError("prctl failed")


def left_alive(seconds: float) -> int:
    """Return how many processes of killed children are alive after at most `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.05)
        except ChildProcessError:
            return 0
    own = str(os.getpid())
    stats = [path.read_text() for path in Path("/proc").glob("[0-9]*/stat")]
    return sum(stat.rpartition(")")[2].split()[1] == own for stat in stats)


if __name__ == "__main__":
    adopt_orphans()
    fakes.register_fakes()
    chance = random.Random(int(sys.argv[1]))
    codes = [run_one(sys.argv[4:], chance.uniform(0.0, float(sys.argv[3]))) for _ in range(int(sys.argv[2]))]
    codes.append(run_one(sys.argv[4:], None))
    sys.stdout.write(f"{codes.count(None)} {left_alive(10.0)}\n")
    sys.exit(codes[-1] or 0)
