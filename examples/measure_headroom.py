"""Measure how much worse than the solution the given designs of optimisation tasks are, and print or keep the table.

Usage: python examples/measure_headroom.py [FAMILY ...] [--draws N] [--write]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import ecot  # noqa: F401  (registers the environments)
from ecot.envs.errors import SandboxError, TaskError
from ecot.envs.sandbox import Cell
from ecot.envs.sandbox.choose import choose
from ecot.envs.types import Objective
from ecot.envs.verilog import optimising
from ecot.envs.verilog.faults.recoding import CODES
from ecot.envs.verilog.source import FamilySource, family_named


def tasks_of(cell: Cell, name: str, draws: int) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    ids = FamilySource(name).ids()
    for position in range(draws):
        base = ids[position * len(ids) // draws]
        for turn, objective in enumerate((Objective.SMALLER, Objective.FASTER)):
            code = CODES[(position + turn) % len(CODES)]
            key = f"{base.partition('/')[2]}~{objective}"
            try:
                task = optimising.build(f"{base}~{objective}", base, objective, code)
                with cell.workspace(task.bundle.limits) as workspace:
                    given, best = optimising.measure(workspace, task)
            except (TaskError, SandboxError) as reason:
                print(f"{name} {key} {code}: {str(reason)[:100]}", flush=True)
                continue
            saved = 1 - best / given
            print(f"{name} {key} {code}: {given:g} -> {best:g}, {saved:.0%}", flush=True)
            if saved >= optimising.HEADROOM:
                found[key] = {"code": code, "given": given, "best": best}
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*", default=["counter"])
    parser.add_argument("--draws", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="keep the table in the package")
    arguments = parser.parse_args()
    path = Path(optimising.__file__).with_name(optimising.TABLE)
    table = json.loads(path.read_text()) if path.exists() else {"families": {}}
    cell = choose().cell()
    try:
        for name in arguments.families:
            tasks = tasks_of(cell, name, arguments.draws)
            if tasks:
                table["families"][name] = {"revision": family_named(name).revision, "tasks": tasks}
            if arguments.write:
                path.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n")
    finally:
        cell.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
