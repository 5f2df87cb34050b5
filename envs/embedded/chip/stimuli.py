"""What the board does to the chip in the course of a run, from the list that the judge drew."""

from __future__ import annotations

from typing import Any

from ecot.envs.embedded.chip.machine import Machine

NANOSECOND = 1000


def arrange(machine: Machine, stimuli: list[dict[str, Any]]) -> None:
    """Plan every stimulus; times are nanoseconds since power-on.

    Kinds: `level` (`pin`, `at`, `level`: 0, 1 or None to let go), `pull` (`pin`, `level`), `bytes` (`port`, `pin`, `at`,
    `bits` a frame from the start bit on, `bit` picoseconds).
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


_KINDS = {"level": _level, "pull": _pull, "frame": _frame}
