"""An analogue level switches a pin with hysteresis: converter clock, channel, sampling, conversion by software."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import edges_of, level_at, register, show_time, wrong
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
        **pin_values(params["input"], "input_"),
        **pin_values(params["led"], "led_"),
        "ports": ports_of(params["input"], params["led"]),
        "channel": str(channel),
        "converter_number": params["converter"][-1],
        "on": str(_code(params["high"])),
        "off": str(_code(params["low"])),
        "on_code": str(_code(params["high"])),
        "off_code": str(_code(params["low"])),
        "sample_register": register,
        "sample_shift": str(3 * index),
    }


def _scene(params: Params, random: Random) -> Scene:
    low, high = _code(params["low"]), _code(params["high"])
    middle = (low + high) // 2
    # Through every zone in both directions, on the thresholds and right beside them.
    plan = [
        low - 200,
        middle,
        high,
        high + 1,
        middle,
        low,
        low + 1,
        high - 1,
        middle,
        low - 1,
        middle,
        high,
        high + 1,
        low - 1,
    ]
    plan += [random.choice((low - 300, middle, high + 300, high, low)) for _ in range(4)]
    stimuli, when, steps = [], 0, []
    for code in plan:
        stimuli.append(volts(params["input"], when, (code + 0.5) / 4096 * _FULL))
        steps.append((when * 1000, code))
        when += 2_000_000 + random.randrange(500_000) if not when else random.randrange(400_000, 900_000)
    register = f"{params['converter']}.{_sampling(params)[0]}"
    return Scene(
        milliseconds=when / 10**6,
        watch=(params["led"],),
        stimuli=stimuli,
        registers=(register, _port(params)),
        expected={"steps": steps},
    )


def _port(params: Params) -> str:
    """The register of the input's mode."""
    return f"GPIO{params['input'][1]}.MODER"


def _sampling(params: Params) -> tuple[str, int]:
    """Register and position of the channel's sampling time."""
    channel = ANALOG["ADC1"].index(params["input"])
    return ("SMPR2", 3 * channel) if channel < 10 else ("SMPR1", 3 * (channel - 10))


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    lit, led = 0, params["led"]
    low, high = _code(params["low"]), _code(params["high"])
    for number, (time, code) in enumerate(scene.expected["steps"]):
        lit = 1 if code > high else 0 if code < low else lit
        when = max(time, 2 * MILLISECOND - 300 * MICROSECOND) + 300 * MICROSECOND
        if level_at(record, led, when) != lit:
            words = (
                f"from {show_time(time)} on the converter reads {code} (step {number + 1}); 300 us later {led} should "
                f"be {lit} and is {1 - lit}"
            )
            return [wrong("wrong_level", words, symbol=led)]
    changes = edges_of(record, led, since=2 * MILLISECOND)
    if len(changes) > len(scene.expected["steps"]):
        return [wrong("extra_edges", f"{led} flickers: {len(changes)} edges", symbol=led)]
    name, place = _sampling(params)
    twice = 2 * int(params["input"][2:])
    analogue = register(record, _port(params), 3 << twice, mask=3 << twice, why="the input in analogue mode")
    if analogue:
        return analogue
    return register(record, f"{params['converter']}.{name}", 4 << place, mask=7 << place, why="84 cycles of sampling")


FAMILY = Family(
    name="adc_threshold",
    revision=1,
    level=2,
    title="an analogue threshold with hysteresis",
    choices={
        "input": ("PA1", "PA4", "PA6", "PB0", "PB1", "PC0", "PC3", "PC5"),
        "led": ("PD12", "PD15", "PE3", "PG13"),
        "converter": ("ADC1", "ADC2"),
        "low": (800, 1000, 1200, 1400),
        "high": (1650, 1900, 2200, 2500),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("adc", "gpio", "registers"),
)
