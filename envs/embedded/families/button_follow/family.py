"""An output follows an input: pull-up, input mode, active levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import edges_of, level_at, show_time, wrong
from ecot.envs.embedded.evidence import MICROSECOND, MILLISECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.inputs import level
from ecot.envs.embedded.scenes.places import pin_values, ports_of
from ecot.envs.types import Diagnostic

_LATE = 50 * MICROSECOND


def _fill(params: Params) -> Mapping[str, str]:
    down, lit = params["button_active"], params["led_active"]
    number = int(params["led"][2:])
    return {
        **pin_values(params["button"], "button_"),
        **pin_values(params["led"], "led_"),
        "ports": ports_of(params["button"], params["led"]),
        "pulled": "pull-up" if down == 0 else "pull-down",
        "pull": "1" if down == 0 else "2",
        "pressed": "connects the pin to ground" if down == 0 else "connects the pin to 3.3 V",
        "lit": "low" if lit == 0 else "high",
        "dark": "high" if lit == 0 else "low",
        "negation": "!" if down == 0 else "",
        "on": str(number + (16 if lit == 0 else 0)),
        "off": str(number + (0 if lit == 0 else 16)),
    }


def _scene(params: Params, random: Random) -> Scene:
    stimuli, presses, when = [], [], 3_000_000
    for _ in range(4):
        length = random.randrange(400_000, 3_000_000)
        # A released button drives nothing: the chip's own resistor has to hold the pin.
        stimuli += [
            level(params["button"], when, params["button_active"]),
            level(params["button"], when + length, None),
        ]
        presses.append((when * 1000, (when + length) * 1000))
        when += length + random.randrange(400_000, 3_000_000)
    return Scene(milliseconds=when / 10**6 + 1, watch=(params["led"],), stimuli=stimuli, expected={"presses": presses})


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    lit, led = params["led_active"], params["led"]
    times = [2 * MILLISECOND, *(time for pair in scene.expected["presses"] for time in pair)]
    for number, time in enumerate(times):
        pressed = number % 2 == 1
        wanted = lit if pressed else 1 - lit
        got = level_at(record, led, time + _LATE)
        if got != wanted:
            what = "pressed" if pressed else "released"
            return [
                wrong(
                    "wrong_level",
                    f"the button is {what} at {show_time(time)}; {led} should be {wanted} within 50 us and is {got}",
                    symbol=led,
                )
            ]
    extra = len(edges_of(record, led, since=2 * MILLISECOND)) - (len(times) - 1)
    if extra > 0:
        return [wrong("extra_edges", f"{led} changed {extra} times more than the button did", symbol=led)]
    return []


FAMILY = Family(
    name="button_follow",
    revision=1,
    level=1,
    title="an LED follows a button",
    choices={
        "button": ("PA0", "PC13", "PB2", "PE4", "PD0", "PA8", "PB12", "PC6"),
        "led": ("PD12", "PD14", "PA5", "PB7", "PE3", "PF9", "PG13"),
        "button_active": (0, 1),
        "led_active": (0, 1),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("gpio", "registers"),
)
