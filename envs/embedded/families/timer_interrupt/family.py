"""A timer's update interrupt toggles a pin: interrupt enable in timer and NVIC, flag acknowledged, period exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import no_drift, show_time, square_wave, wrong
from ecot.envs.embedded.device.tables import instances
from ecot.envs.embedded.evidence import MICROSECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.places import pin_values
from ecot.envs.types import Diagnostic

_INTERRUPTS = {
    "TIM2": "TIM2",
    "TIM3": "TIM3",
    "TIM4": "TIM4",
    "TIM5": "TIM5",
    "TIM6": "TIM6_DAC",
    "TIM7": "TIM7",
    "TIM9": "TIM1_BRK_TIM9",
    "TIM10": "TIM1_UP_TIM10",
    "TIM11": "TIM1_TRG_COM_TIM11",
    "TIM12": "TIM8_BRK_TIM12",
    "TIM13": "TIM8_UP_TIM13",
    "TIM14": "TIM8_TRG_COM_TIM14",
}


def _fill(params: Params) -> Mapping[str, str]:
    instance = instances()[params["timer"]]
    cycles = 16 * params["micros"]
    prescaler = next(value for value in (1, 2, 4, 8, 16) if cycles // value <= 60000)
    return {
        **pin_values(params["pin"]),
        "bus": instance.bus,
        "enable": instance.enable,
        "line": _INTERRUPTS[params["timer"]],
        "prescale": f"{params['timer']}->PSC = {prescaler - 1};" if prescaler > 1 else "",
        "update": f"{params['timer']}->EGR = TIM_EGR_UG;" if prescaler > 1 else "",
        "clear": f"{params['timer']}->SR = 0;" if prescaler > 1 else "",
        "reload": str(cycles // prescaler - 1),
    }


def _scene(params: Params, random: Random) -> Scene:
    return Scene(milliseconds=max(32, params["micros"] * 20 / 1000) + random.randrange(4), watch=(params["pin"],))


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    micros = params["micros"]
    # An edge comes some instructions after its interrupt: up to 4 us of delay is allowed, and none of it adds up.
    found = square_wave(record, params["pin"], hertz=500_000 / micros, span=4 * MICROSECOND, cycles=6, driver="gpio")
    if found:
        return found
    times = [edge.time for edge in record.pins[params["pin"]]]
    if times[0] < micros * MICROSECOND:
        return [
            wrong(
                "too_early",
                f"{params['pin']}: the first edge should come {micros} us after reset at the earliest and comes at "
                f"{show_time(times[0])}",
            )
        ]
    if times[0] > (micros + 200) * MICROSECOND:
        return [
            wrong(
                "too_late",
                f"{params['pin']}: the first edge should come within {micros + 200} us of reset and comes at "
                f"{show_time(times[0])}",
            )
        ]
    return no_drift(times, micros * MICROSECOND, params["pin"])


FAMILY = Family(
    name="timer_interrupt",
    revision=1,
    level=2,
    title="a pin toggled from a timer's interrupt",
    choices={
        "timer": tuple(_INTERRUPTS),
        "pin": ("PD12", "PA5", "PB7", "PE3", "PC13", "PF9"),
        "micros": (50, 100, 125, 200, 250, 400, 500, 1000),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("timer", "interrupt", "registers"),
)
