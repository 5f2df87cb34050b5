"""What the board does to the chip in the course of a run, from the list that the judge drew."""

from __future__ import annotations

from typing import Any

from ecot.envs.embedded.chip.devices import attach
from ecot.envs.embedded.chip.machine import Machine

NANOSECOND = 1000


def arrange(machine: Machine, stimuli: list[dict[str, Any]]) -> None:
    """Plan every stimulus; times are nanoseconds since power-on.

    Kinds: `level` (`pin`, `at`, `level`: 0, 1 or None to let go), `pull` (`pin`, `level`), `frame` (`port`, `pin`,
    `at`, `bits` of a frame from the start bit on, `bit` picoseconds), `volts` (`pin`, `at`, `volts`), `device` (`bus`,
    `device` and what that device needs; see `devices.py`), `measure` (`device`, `at`, `register`, `values`).
    """
    for item in stimuli:
        _KINDS[item["kind"]](machine, item)


def _level(machine: Machine, item: dict[str, Any]) -> None:
    name, level = item["pin"], item["level"]
    machine.schedule.at_time(item["at"] * NANOSECOND, lambda: machine.board.drive(name, level))


def _pull(machine: Machine, item: dict[str, Any]) -> None:
    pin = machine.board.pins[item["pin"]]
    pin.outside_pull = item["level"]
    machine.board.update(pin)


def _frame(machine: Machine, item: dict[str, Any]) -> None:
    port: Any = machine.peripherals[item["port"]]
    started = item["at"] * NANOSECOND

    def begin() -> None:
        if item["pin"] in machine.wiring.pins_of(f"{item['port']}_RX"):
            port.receive(item["bits"], item["bit"], started)

    machine.schedule.at_time(started, begin)


def _volts(machine: Machine, item: dict[str, Any]) -> None:
    pin = machine.board.pins[item["pin"]]

    def change() -> None:
        pin.volts = item["volts"]

    machine.schedule.at_time(item["at"] * NANOSECOND, change)


def _device(machine: Machine, item: dict[str, Any]) -> None:
    attach(machine.board, item["bus"], item)


def _measure(machine: Machine, item: dict[str, Any]) -> None:
    device = next(found for found in _devices(machine) if found.name == item["device"])
    machine.schedule.at_time(item["at"] * NANOSECOND, lambda: device.change(item["register"], item["values"]))


def _devices(machine: Machine) -> list[Any]:
    return [device for devices in machine.board.slaves.values() for device in devices]


_KINDS = {
    "level": _level,
    "pull": _pull,
    "frame": _frame,
    "volts": _volts,
    "device": _device,
    "measure": _measure,
}
