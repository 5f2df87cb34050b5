"""Times a cocotb simulation as the judge runs it beside cocotb's own runner: one design, one plan, alternately."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from cocotb_tools.runner import get_runner

from ecot.envs.sandbox.choose import choose
from ecot.envs.verilog import DOMAIN
from ecot.envs.verilog.bench.launch import simulation_argv
from ecot.envs.verilog.bench.plan import draw_plan
from ecot.envs.verilog.driver import MODULE
from ecot.envs.verilog.source import FamilySource, family_named, params_of

FAMILY = "axi_lite_registers"
ROUNDS = 9


def timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - started)


def main() -> None:
    family, source = family_named(FAMILY), FamilySource(FAMILY)
    task = source[source.ids()[0]]
    plan = json.dumps(draw_plan(family, params_of(family, 0), Random(1)))
    texts = {file.path: file.text for file in (*task.bundle.files, *task.solution)} | {"plan.json": plan}
    os.environ["COCOTB_REWRITE_ASSERTION_FILES"] = ""
    os.environ["COCOTB_LOG_LEVEL"] = os.environ["GPI_LOG_LEVEL"] = "ERROR"
    ours, bare = [], []
    cell = choose("auto").cell(preload=DOMAIN.preload)
    with tempfile.TemporaryDirectory() as folder, cell.workspace(task.bundle.limits) as workspace:
        place = Path(folder)
        for name, text in texts.items():
            workspace.write(name, text)
            (place / name).write_text(text, encoding="utf-8")
        sources = [place / "driver.v", place / task.bundle.entry]
        workspace.run(["iverilog", "-g2012", "-s", MODULE, "-o", "design.vvp", "driver.v", task.bundle.entry])
        runner = get_runner("icarus")
        runner.build(sources=sources, hdl_toplevel=MODULE, build_dir=place / "build", log_file=place / "build.log")
        os.environ["PYTHONPATH"] = folder
        for _ in range(ROUNDS):
            ours.append(timed(lambda: workspace.run(simulation_argv("design.vvp"))))
            bare.append(
                timed(
                    lambda: runner.test(
                        hdl_toplevel=MODULE,
                        test_module="play",
                        build_dir=place / "build",
                        test_dir=place,
                        log_file=place / "test.log",
                        extra_env={"PYTHONPATH": folder},
                    )
                )
            )
        record = workspace.read("events.jsonl") or ""
        if record != (place / "events.jsonl").read_text(encoding="utf-8"):
            raise SystemExit("the two runs recorded different outputs")
        cycles = len(record.splitlines())
    cell.close()
    print(f"{cycles} cycles, {ROUNDS} rounds, median ms: judge {statistics.median(ours):.0f}, bare cocotb "
          f"{statistics.median(bare):.0f}, ratio {statistics.median(ours) / statistics.median(bare):.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
