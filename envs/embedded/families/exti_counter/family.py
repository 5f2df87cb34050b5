"""Edges of a pin are counted in an interrupt and shown on four others: EXTI line, its port, edge, acknowledgement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import level_at, show_time, wrong
from ecot.envs.embedded.evidence import MICROSECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.inputs import level
from ecot.envs.embedded.scenes.places import pin_values, ports_of
from ecot.envs.types import Diagnostic

_SHOWN = {
    "PD12": ("PD12", "PD13", "PD14", "PD15"),
    "PE8": ("PE8", "PE9", "PE10", "PE11"),
    "PC0": ("PC0", "PC1", "PC2", "PC3"),
    "PB12": ("PB12", "PB13", "PB14", "PB15"),
}


def _line(number: int) -> str:
    return f"EXTI{number}" if number < 5 else "EXTI9_5" if number < 10 else "EXTI15_10"


def _fill(params: Params) -> Mapping[str, str]:
    number, first = int(params["input"][2:]), int(params["lowest"][2:])
    rising, falling = params["edge"] in ("rising", "both"), params["edge"] in ("falling", "both")
    return {
        **pin_values(params["input"], "input_"),
        **pin_values(params["lowest"], "led_"),
        "ports": ports_of(params["lowest"]),
        "pins": ", ".join(f"`{pin}`" for pin in _SHOWN[params["lowest"]]),
        "line": _line(number),
        "source": f"SYSCFG->EXTICR[{number // 4}] |= {'ABCDEFGHI'.index(params['input'][1])}U << {4 * (number % 4)};"
        if params["input"][1] != "A"
        else "",
        "clock": "RCC->APB2ENR |= RCC_APB2ENR_SYSCFGEN;" if params["input"][1] != "A" else "",
        "edge_words": {"rising": "rising edge", "falling": "falling edge", "both": "edge, rising or falling,"}[
            params["edge"]
        ],
        "rising": f"EXTI->RTSR |= 1U << {number};" if rising else "",
        "falling": f"EXTI->FTSR |= 1U << {number};" if falling else "",
        "modes": f"0x{0x55 << 2 * first:X}",
        "mask": f"0x{0xFF << 2 * first:X}",
        "first": str(first),
        "modulus": str(params["modulus"]),
    }


def _scene(params: Params, random: Random) -> Scene:
    stimuli = [level(params["input"], 0, random.randrange(2))]
    value, when, edges = stimuli[0]["level"], 2_000_000, []
    for _ in range(random.randrange(44, 56)):
        value = 1 - value
        when += random.randrange(60_000, 400_000)
        stimuli.append(level(params["input"], when, value))
        edges.append((when * 1000, value))
    return Scene(
        milliseconds=when / 10**6 + 1, watch=_SHOWN[params["lowest"]], stimuli=stimuli, expected={"edges": edges}
    )


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    counts = {"rising": (1,), "falling": (0,), "both": (0, 1)}[params["edge"]]
    count = 0
    for time, value in [(1_500 * MICROSECOND, -1), *scene.expected["edges"]]:
        count += value in counts
        shown = sum(
            level_at(record, pin, time + 50 * MICROSECOND) << index
            for index, pin in enumerate(_SHOWN[params["lowest"]])
        )
        if shown != count % params["modulus"]:
            return [
                wrong(
                    "wrong_count",
                    f"after {count} counted edges, 50 us after {show_time(time)}, the pins should show "
                    f"{count % params['modulus']} and show {shown}",
                )
            ]
    return []


FAMILY = Family(
    name="exti_counter",
    revision=1,
    level=2,
    title="count edges in an external interrupt",
    choices={
        "input": ("PA0", "PA1", "PB2", "PC13", "PA8", "PE4", "PG7", "PB10", "PC5"),
        "lowest": tuple(_SHOWN),
        "edge": ("rising", "falling", "both"),
        "modulus": (10, 12, 13, 16),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    valid=lambda params: params["input"] not in _SHOWN[params["lowest"]],
    tags=("exti", "interrupt", "gpio", "registers"),
)
