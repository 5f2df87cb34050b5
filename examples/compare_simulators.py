"""Judge candidates of families with Icarus and with Verilator, and print where the two differ.

Usage: python examples/compare_simulators.py [FAMILY ... | all] [--hacks] [--mutants N]

Of the first task of each family (the counter where none is named): the solution, and by choice the hacks, and mutants.
"""

from __future__ import annotations

import argparse
import sys

import ecot  # noqa: F401  (registers the environments)
from ecot.envs.errors import ToolchainMissing
from ecot.envs.real import RealBackend
from ecot.envs.types import Outcome, Request
from ecot.envs.verilog.source import FamilySource, family_named, family_names
from ecot.envs.verilog.verilated.agreement import NOT_JUDGED, compare


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*", default=["counter"])
    parser.add_argument("--hacks", action="store_true")
    parser.add_argument("--mutants", type=int, default=0)
    arguments = parser.parse_args()
    names = family_names() if arguments.families == ["all"] else arguments.families
    backend = RealBackend(workers=1)

    def judge(request: Request) -> Outcome:
        return backend.submit(request).result()

    compared = differing = unsound = missed = 0
    try:
        for name in names:
            if family_named(name).judge != "model":
                continue
            source = FamilySource(name)
            for item in compare(source, source.ids()[0], judge, hacks=arguments.hacks, mutants=arguments.mutants):
                compared += 1
                unsound += not item.sound
                missed += item.icarus == NOT_JUDGED
                if item.icarus != item.verilator:
                    differing += 1
                    told = item.exception if item.sound else f"NOT EXPECTED {item.exception}"
                    print(f"{item.task_id} {item.candidate}: {item.icarus} / {item.verilator} ({told})")
    except ToolchainMissing as missing:
        print(missing)
        return 0
    finally:
        backend.close()
    print(f"{compared} candidates, {differing} differ, {unsound} of them without a stated reason; {missed} not judged")
    return 1 if unsound else 0


if __name__ == "__main__":
    sys.exit(main())
