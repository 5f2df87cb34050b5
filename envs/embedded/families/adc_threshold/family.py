"""An analogue level switches a pin with hysteresis: converter clock, channel, sampling, conversion by software."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import edges_of, level_at, show_time, wrong
from ecot.envs.embedded.device.pins import ANALOG
from ecot.envs.embedded.evidence import MICROSECOND, MILLISECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.inputs import volts
from ecot.envs.embedded.scenes.places import pin_values, ports_of
from ecot.envs.types import Diagnostic

_FULL = 3.3


def _code(millivolts: int) -> int:
    return millivolts * 4096 // 3300


def _fill(params: Params) -> Mapping[str, str]:
    channel = ANALOG["ADC1"].index(params["input"])
    register, index = ("SMPR2", channel) if channel < 10 else ("SMPR1", channel - 10)
    return {
        **pin_values(params["input"], "input_"), **pin_values(params["led"], "led_"), "ports": ports_of(params["input"], params["led"]),
        "channel": str(channel), "converter_number": params["converter"][-1], "on": f"{params['high'] / 1000:g}", "off": f"{params['low'] / 1000:g}",
        "on_code": str(_code(params["high"])), "off_code": str(_code(params["low"])), "sample_register": register, "sample_shift": str(3 * index),
    }  # fmt: skip


def _scene(params: Params, random: Random) -> Scene:
    low, high = params["low"], params["high"]
    middle = (low + high) // 2
    # Through every zone in both directions, close to the thresholds on either side.
    plan = [low - 200, middle, high + 15, middle, low + 15, high - 15, middle, low - 15, middle, high - 15, high + 15, low - 15]
    plan += [random.choice((low - 300, middle, high + 300)) for _ in range(4)]
    stimuli, when, steps = [], 0, []
    for millivolts in plan:
        value = max(0, min(3290, millivolts))
        stimuli.append(volts(params["input"], when, value / 1000))
        steps.append((when * 1000, value))
        when += 2_000_000 + random.randrange(500_000) if not when else random.randrange(400_000, 900_000)
    return Scene(milliseconds=when / 10**6, watch=(params["led"],), stimuli=stimuli, expected={"steps": steps})


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    lit = 0
    for number, (time, value) in enumerate(scene.expected["steps"]):
        lit = 1 if value > params["high"] else 0 if value < params["low"] else lit
        when = max(time, 2 * MILLISECOND - 300 * MICROSECOND) + 300 * MICROSECOND
        if level_at(record, params["led"], when) != lit:
            return [wrong("wrong_level", f"the input is {value / 1000:g} V from {show_time(time)} on (step {number + 1}); 300 us later {params['led']} should be "
                          f"{lit} and is {1 - lit}", symbol=params["led"])]  # fmt: skip
    changes = edges_of(record, params["led"], since=2 * MILLISECOND)
    if len(changes) > len(scene.expected["steps"]):
        return [wrong("extra_edges", f"{params['led']} flickers: {len(changes)} edges", symbol=params["led"])]
    return []


FAMILY = Family(
    name="adc_threshold",
    revision=1,
    level=2,
    title="an analogue threshold with hysteresis",
    choices={
        "input": ("PA1", "PA4", "PA6", "PB0", "PB1", "PC0", "PC3", "PC5"), "led": ("PD12", "PD15", "PE3", "PG13"), "converter": ("ADC1", "ADC2"),
        "low": (800, 1000, 1200, 1400), "high": (1650, 1900, 2200, 2500),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("adc", "gpio", "registers"),
)  # fmt: skip
