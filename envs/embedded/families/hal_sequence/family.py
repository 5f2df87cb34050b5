"""Lights in a sequence by the HAL: pins by their masks, a time base of milliseconds, a table of steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import level_at, show_time, wrong
from ecot.envs.embedded.evidence import MICROSECOND, MILLISECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.types import Diagnostic

_PINS = (("PD12", "PD13", "PD14"), ("PE8", "PE9", "PE10"), ("PC0", "PC1", "PC2"), ("PG3", "PG4", "PG5"))
_NAMES = ("red", "yellow", "green")
_SEQUENCES = {
    "german": ((1, 8), (3, 2), (4, 6), (2, 3)),
    "british": ((1, 7), (3, 2), (4, 5), (2, 3)),
    "french": ((1, 6), (4, 7), (2, 3)),
    "warning": ((2, 3), (0, 3)),
    "test": ((1, 2), (2, 2), (4, 2), (7, 4), (0, 3)),
}
"""Lamps (red 1, yellow 2, green 4) and a length in units, by turns."""


def _words(lamps: int) -> str:
    lit = [name for index, name in enumerate(_NAMES) if lamps >> index & 1]
    return " and ".join(lit) if lit else "none"


def _fill(params: Params) -> Mapping[str, str]:
    pins, unit = _PINS[params["pins"]], params["unit"]
    steps = _SEQUENCES[params["sequence"]]
    first = int(pins[0][2:])
    table = "\n".join(f"    {{{lamps << first}, {length * unit}}}," for lamps, length in steps)
    return {
        "port": f"GPIO{pins[0][1]}",
        "red": pins[0],
        "yellow": pins[1],
        "green": pins[2],
        "table": table,
        "mask": " | ".join(f"GPIO_PIN_{pin[2:]}" for pin in pins),
        "all": f"0x{7 << first:X}",
        "steps": "\n".join(f"| {_words(lamps)} | {length * unit} ms |" for lamps, length in steps),
        "lit": "high" if params["active"] else "low",
        "set": "lamps" if params["active"] else f"0x{7 << first:X}U ^ lamps",
    }


def _scene(params: Params, random: Random) -> Scene:
    length = sum(length for _, length in _SEQUENCES[params["sequence"]]) * params["unit"]
    rounds = max(2, -(-120 // length)) + random.random()
    return Scene(milliseconds=length * rounds + 2, watch=_PINS[params["pins"]])


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    pins, unit, steps = _PINS[params["pins"]], params["unit"], _SEQUENCES[params["sequence"]]
    time, number = MILLISECOND, 0
    while time < record.time - MILLISECOND:
        lamps, length = steps[number % len(steps)]
        until = min(time + length * unit * MILLISECOND, record.time)
        # A millisecond of grace at every change: 0.6 ms after it the new lamps stand, 0.6 ms before the next still.
        for moment in (time + 600 * MICROSECOND, until - 600 * MICROSECOND):
            shown = sum(
                (level_at(record, pin, moment) ^ (1 - params["active"])) << index for index, pin in enumerate(pins)
            )
            if shown != lamps:
                words = (
                    f"step {number % len(steps) + 1} at {show_time(moment)}: lit should be {_words(lamps)}, and lit is "
                    f"{_words(shown)}"
                )
                return [wrong("wrong_lamps", words)]
        time, number = until, number + 1
    return []


FAMILY = Family(
    name="hal_sequence",
    revision=1,
    level=1,
    title="lights in a sequence, by the HAL",
    choices={"pins": (0, 1, 2, 3), "sequence": tuple(_SEQUENCES), "unit": tuple(range(2, 12)), "active": (0, 1)},
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("gpio", "hal", "systick"),
)
