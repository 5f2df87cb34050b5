"""A pin toggles at a steady rate, timed by SysTick: output mode, port clock, a period in cycles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import square_wave
from ecot.envs.embedded.evidence import MILLISECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.types import Diagnostic

_PINS = ("PD12", "PD13", "PD14", "PD15", "PA5", "PC13", "PB7", "PE3")


def _fill(params: Params) -> Mapping[str, str]:
    pin = params["pin"]
    return {"port": f"GPIO{pin[1]}", "number": pin[2:], "half": str(params["period"] // 2), "hertz": f"{1000 / params['period']:g}"}


def _scene(params: Params, random: Random) -> Scene:
    periods = 5 + random.randrange(4)
    return Scene(milliseconds=params["period"] * periods + 2, watch=(params["pin"],), expected={"periods": periods})


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    period = params["period"]
    return square_wave(
        record, params["pin"], hertz=1000 / period, tolerance=0.005, since=2 * MILLISECOND,
        cycles=scene.expected["periods"] - 2, driver="gpio",
    )  # fmt: skip


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
