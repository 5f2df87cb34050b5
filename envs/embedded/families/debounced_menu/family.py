"""A bouncing button walks through a menu: debouncing in time, short and long presses, a state machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import level_at, show_time, wrong
from ecot.envs.embedded.evidence import MILLISECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.inputs import bouncing, level, press
from ecot.envs.embedded.scenes.places import pin_values, ports_of
from ecot.envs.types import Diagnostic

_SHOWN = {
    "PD12": ("PD12", "PD13", "PD14", "PD15"),
    "PE8": ("PE8", "PE9", "PE10", "PE11"),
    "PC6": ("PC6", "PC7", "PC8", "PC9"),
}


def _fill(params: Params) -> Mapping[str, str]:
    first = int(params["lowest"][2:])
    down = params["active"]
    return {
        **pin_values(params["button"], "button_"),
        **pin_values(params["lowest"], "led_"),
        "ports": ports_of(params["button"], params["lowest"]),
        "pins": ", ".join(f"`{pin}`" for pin in _SHOWN[params["lowest"]]),
        "first": str(first),
        "modes": f"0x{0x55 << 2 * first:X}",
        "mask": f"0x{0xFF << 2 * first:X}",
        "items": str(params["items"]),
        "long_ms": str(params["long"]),
        "negation": "!" if down == 0 else "",
        "pressed": "low" if down == 0 else "high",
        "pull_words": "pulled up" if down == 0 else "pulled down",
        "wrap_words": f"from {params['items'] - 1} back to 0",
    }


def _scene(params: Params, random: Random) -> Scene:
    button, active = params["button"], params["active"]
    stimuli = [level(button, 0, 1 - active)]
    when, plan = 15_000_000, []
    kinds = ["short"] * (params["items"] + 1) + ["long", "short", "short", "long", "glitch", "short"]
    kinds += [random.choice(("short", "glitch", "long")) for _ in range(2)]
    for kind in kinds:
        if kind == "glitch":
            length = random.randrange(500_000, 2_500_000)
            stimuli += press(button, when, length, pressed=active)
        else:
            length = (
                params["long"] * 1_000_000 + random.choice((6_000_000, 20_000_000))
                if kind == "long"
                else random.choice((13_000_000, params["long"] * 1_000_000 - 13_000_000))
            )
            stimuli += press(button, when, length, pressed=active, bounces=bouncing(random, 3_500_000))
        plan.append((kind, when * 1000, (when + length) * 1000))
        when += length + random.randrange(22_000_000, 30_000_000)
    return Scene(
        milliseconds=when / 10**6,
        watch=_SHOWN[params["lowest"]],
        stimuli=stimuli,
        work=30_000_000,
        expected={"plan": plan},
    )


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    pins, item = _SHOWN[params["lowest"]], 0

    def shown(time: int) -> int:
        return sum(level_at(record, pin, time) << index for index, pin in enumerate(pins))

    if shown(12 * MILLISECOND) != 0:
        return [wrong("wrong_item", f"before any press the pins should show 0 and show {shown(12 * MILLISECOND)}")]
    for kind, start, end in scene.expected["plan"]:
        before = item
        if kind == "short":
            item = (item + 1) % params["items"]
        if kind == "long":
            long_at = start + params["long"] * MILLISECOND
            if shown(long_at - 3 * MILLISECOND) != before:
                return [
                    wrong(
                        "too_early",
                        f"a press from {show_time(start)} on is not long yet at "
                        f"{show_time(long_at - 3 * MILLISECOND)}; the pins should still show {before}",
                    )
                ]
            item = 0
            if shown(end) != 0 and end - long_at > 15 * MILLISECOND:
                return [
                    wrong(
                        "too_late",
                        f"a press from {show_time(start)} on is long at {show_time(long_at)}; the pins should show 0 "
                        "from then on, while the button is still held",
                    )
                ]
        if kind == "short" and shown(end - MILLISECOND) != before:
            return [
                wrong(
                    "too_early",
                    f"a short press counts when the button is released; at {show_time(end - MILLISECOND)} it is "
                    "still held",
                )
            ]
        if shown(end + 16 * MILLISECOND) != item:
            return [
                wrong(
                    "wrong_item",
                    f"after a {kind} press from {show_time(start)} to {show_time(end)} the pins should show {item} "
                    "and show "
                    f"{shown(end + 16 * MILLISECOND)}",
                )
            ]
    return []


FAMILY = Family(
    name="debounced_menu",
    revision=1,
    level=5,
    title="a menu on one bouncing button",
    choices={
        "button": ("PA0", "PC13", "PB2", "PE4", "PG7", "PA8"),
        "lowest": tuple(_SHOWN),
        "active": (0, 1),
        "items": (3, 4, 5, 6, 7),
        "long": (60, 80, 100),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("gpio", "systick", "state machine", "debouncing"),
)
