"""A pin toggles at a steady rate, timed by SysTick: output mode, port clock, a period in cycles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import no_drift, show_time, square_wave, wrong
from ecot.envs.embedded.evidence import MICROSECOND, MILLISECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.types import Diagnostic

_PINS = ("PD12", "PD13", "PD14", "PD15", "PA5", "PC13", "PB7", "PE3")


def _fill(params: Params) -> Mapping[str, str]:
    pin = params["pin"]
    return {
        "port": f"GPIO{pin[1]}",
        "number": pin[2:],
        "twice": str(2 * int(pin[2:])),
        "half": str(params["period"] // 2),
        "hertz": f"{1000 / params['period']:g}",
    }


def _scene(params: Params, random: Random) -> Scene:
    periods = max(5, -(-90 // params["period"])) + random.randrange(4)
    return Scene(milliseconds=params["period"] * periods + 2, watch=(params["pin"],), expected={"periods": periods})


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    pin, half = params["pin"], params["period"] // 2 * MILLISECOND
    found = square_wave(
        record,
        pin,
        hertz=1000 / params["period"],
        span=10 * MICROSECOND,
        cycles=scene.expected["periods"] - 2,
        driver="gpio",
    )
    if found:
        return found
    times = [edge.time for edge in record.pins[pin]]
    if abs(times[0] - half) > 200 * MICROSECOND:
        return [
            wrong(
                "wrong_start",
                f"{pin}: the first edge should come {show_time(half)} after reset and comes at {show_time(times[0])}",
                symbol=pin,
            )
        ]
    return no_drift(times, half, pin)


FAMILY = Family(
    name="led_blink",
    revision=1,
    level=1,
    title="blink an LED by SysTick",
    choices={"pin": _PINS, "period": tuple(range(4, 44, 2)), "words": (0, 1)},
    fill=_fill,
    scene=_scene,
    check=_check,
    cosmetic=("words",),
    tags=("gpio", "systick", "registers"),
)
