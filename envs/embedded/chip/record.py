"""What a run leaves behind: the record that the judge reads, as JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ecot.envs.embedded.chip.machine import Machine
from ecot.envs.embedded.device.tables import locate


def record_of(machine: Machine, registers: Sequence[str]) -> dict[str, Any]:
    """Return the record of a run that ended.

    Args:
        machine: that ran.
        registers: whose final values are wanted, as `GPIOA.MODER`.
    """
    state, board = machine.counter.state, machine.board
    rcc: Any = machine.peripherals["RCC"]
    return {
        "ended": machine.ended,
        "time": machine.schedule.picoseconds(),
        "hclk": rcc.hclk,
        "instructions": state.instructions,
        "work": state.work,
        "pc": machine.pc,
        "handler": machine.exceptions.active[-1] if machine.exceptions.active else 0,
        "sleeping": machine.sleeping,
        "pins": {name: pin.edges for name, pin in board.pins.items() if pin.watched},
        "levels": {name: pin.level for name, pin in board.pins.items() if pin.watched},
        "frames": board.frames,
        "transfers": board.transfers,
        "registers": {name: _register(machine, name) for name in registers},
        "clocked": sorted(name for name, made in machine.peripherals.items() if made.clocked),
        "violations": sorted(rcc.violations),
        "notes": machine.notes,
        "resets": machine.resets,
        "faults": [asdict(fault) for fault in machine.faults[-4:]],
        "poll": {
            "address": state.poll_address,
            "pc": state.poll_pc,
            "value": state.poll_value,
            "count": state.polls,
            "registers": _polled(machine, state.poll_address),
        },
    }


def _polled(machine: Machine, address: int) -> dict[str, int]:
    """All registers of the peripheral that was read last, and of the clock tree."""
    found = locate(address)
    names = [found[0].name] if found and found[0].name in machine.peripherals else []
    return {
        f"{name}.{register}": _register(machine, f"{name}.{register}")
        for name in dict.fromkeys([*names, "RCC"])
        for register in machine.peripherals[name].places
    }


def _register(machine: Machine, name: str) -> int:
    peripheral, _, register = name.partition(".")
    made = machine.peripherals[peripheral]
    return made.count() if register == "CNT" and hasattr(made, "count") else made.get(register)
