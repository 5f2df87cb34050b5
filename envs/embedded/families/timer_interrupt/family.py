"""A timer's update interrupt toggles a pin: interrupt enable in timer and NVIC, flag acknowledged, period exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import square_wave
from ecot.envs.embedded.device.tables import instances
from ecot.envs.embedded.evidence import MICROSECOND, MILLISECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.places import pin_values
from ecot.envs.types import Diagnostic

_INTERRUPTS = {"TIM2": "TIM2", "TIM3": "TIM3", "TIM4": "TIM4", "TIM5": "TIM5", "TIM6": "TIM6_DAC", "TIM7": "TIM7", "TIM9": "TIM1_BRK_TIM9",
               "TIM10": "TIM1_UP_TIM10", "TIM11": "TIM1_TRG_COM_TIM11", "TIM12": "TIM8_BRK_TIM12", "TIM13": "TIM8_UP_TIM13",
               "TIM14": "TIM8_TRG_COM_TIM14"}  # fmt: skip


def _fill(params: Params) -> Mapping[str, str]:
    instance = instances()[params["timer"]]
    cycles = 16 * params["micros"]
    prescaler = next(value for value in (1, 2, 4, 8, 16) if cycles // value <= 60000)
    return {
        **pin_values(params["pin"]), "bus": instance.bus, "enable": instance.enable, "line": _INTERRUPTS[params["timer"]],
        "prescaler": str(prescaler - 1), "reload": str(cycles // prescaler - 1),
    }  # fmt: skip


def _scene(params: Params, random: Random) -> Scene:
    return Scene(milliseconds=3 + params["micros"] * (20 + random.randrange(6)) / 1000, watch=(params["pin"],))


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    micros = params["micros"]
    # An edge comes some instructions after its interrupt: up to 4 us of delay is allowed, and none of it adds up.
    found = square_wave(record, params["pin"], hertz=500_000 / micros, span=4 * MICROSECOND, since=2 * MILLISECOND, cycles=6, driver="gpio")
    if found:
        return found
    edges = [edge.time for edge in record.pins[params["pin"]] if edge.time >= 2 * MILLISECOND]
    mean = (edges[-1] - edges[0]) / (len(edges) - 1)
    if abs(mean - micros * MICROSECOND) * len(edges) > 5 * MICROSECOND:
        return [_drifts(mean, micros, params["pin"])]
    return []


def _drifts(mean: float, micros: int, pin: str) -> Diagnostic:
    return Diagnostic(tool="judge", code="drift", symbol=pin,
                      message=f"{pin}: edges should come every {micros} us without drift; they come every {mean / MICROSECOND:.6g} us on average")  # fmt: skip


FAMILY = Family(
    name="timer_interrupt",
    revision=1,
    level=2,
    title="a pin toggled from a timer's interrupt",
    choices={
        "timer": tuple(_INTERRUPTS), "pin": ("PD12", "PA5", "PB7", "PE3", "PC13", "PF9"), "micros": (50, 100, 125, 200, 250, 400, 500, 1000),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("timer", "interrupt", "registers"),
)  # fmt: skip
