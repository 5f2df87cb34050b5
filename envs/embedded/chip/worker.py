"""Plays one firmware on the model in a confined process, and returns what was seen outside of the chip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile

from ecot.envs.embedded.chip.build_chip import build
from ecot.envs.embedded.chip.record import record_of
from ecot.envs.embedded.chip.stimuli import arrange


def play(argument: dict[str, Any]) -> dict[str, Any]:
    """Run the firmware in the scratch folder to a horizon.

    Args:
        argument: `elf` (its path), `library` (of `counter.c`), `horizon` (picoseconds), `budget` (of work), `watch`
            (names of pins), `registers` (names as `GPIOA.MODER`), `hse` (hertz), `stimuli` (see `stimuli.py`).
    """
    with Path(argument["elf"]).open("rb") as file:
        segments = [
            (segment["p_paddr"], segment.data())
            for segment in ELFFile(file).iter_segments()
            if segment["p_type"] == "PT_LOAD" and segment["p_filesz"]
        ]
    machine = build(argument["library"], segments, budget=argument["budget"], hse=argument.get("hse", 8_000_000))
    for name in argument["watch"]:
        machine.board.pins[name].watched = True
    arrange(machine, argument["stimuli"])
    machine.start()
    machine.run(argument["horizon"])
    return record_of(machine, argument["registers"])
