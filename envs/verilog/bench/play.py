"""The testbench that cocotb runs in the simulator: it plays a plan and writes down what the outputs did.

It stands beside `players.py` in the scratch folder, together with the plan. It holds no expected value, no seed and
no check: whoever shares the simulator with it can learn only the inputs.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import cocotb
from cocotb.triggers import RisingEdge

# Not a relative import: in the simulator these files are no part of a package.
players: Any = importlib.import_module("players")


_STATE = Path("state.txt")
"""How far this came: a run that does not leave `started` here failed on our side."""


@cocotb.test()  # type: ignore[misc, unused-ignore]
async def play(bench: Any) -> None:
    """Drive the next cycle's inputs, wait for the moment before the rising edge, write the outputs down."""
    _STATE.write_text("started", encoding="utf-8")
    lines: list[str] = []
    try:
        await _play(bench, lines)
    except Exception as error:  # to be told to the judge, which raises it as a fault of ours
        _STATE.write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
        raise
    finally:
        Path("events.jsonl").write_text("".join(lines), encoding="utf-8")


async def _play(bench: Any, lines: list[str]) -> None:
    plan = json.loads(Path("plan.json").read_text(encoding="utf-8"))
    inputs, moment = plan["inputs"], RisingEdge(bench.ecot_moment)
    drive, outputs = bench.ecot_next, bench.ecot_outputs
    turn = players.Play(plan)
    pins = turn.step("")
    while pins is not None:
        drive.value = players.packed(inputs, pins)
        await moment
        bits = str(outputs.value).lower()
        lines.append(f'[{len(lines)}, "{bits}"]\n')
        pins = turn.step(bits)
