"""A timer makes PWM on a pin: timer clock, prescaler and period in the timer's width, mode, alternate function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import show_time, square_wave, wrong
from ecot.envs.embedded.device.pins import places
from ecot.envs.embedded.device.tables import instances
from ecot.envs.embedded.evidence import MICROSECOND, MILLISECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.types import Diagnostic

_PINS = (
    "TIM2_CH1 PA5",
    "TIM2_CH3 PB10",
    "TIM3_CH1 PA6",
    "TIM3_CH2 PC7",
    "TIM3_CH4 PB1",
    "TIM4_CH1 PD12",
    "TIM4_CH2 PB7",
    "TIM4_CH4 PD15",
    "TIM5_CH2 PA1",
    "TIM9_CH1 PE5",
    "TIM10_CH1 PB8",
    "TIM12_CH2 PB15",
    "TIM13_CH1 PA6",
    "TIM14_CH1 PA7",
    "TIM1_CH1 PE9",
    "TIM8_CH2 PC7",
)
_RATES = (500, 800, 1000, 2000, 4000, 5000, 8000, 10000, 20000, 25000)
CLOCK = 16_000_000


def _steps(params: Params) -> tuple[int, int]:
    """Prescaler and period in counts, so that a percent is a whole number of counts."""
    cycles = CLOCK // params["hertz"]
    prescaler = next(value for value in (1, 2, 4, 8, 16, 20, 32, 40) if cycles // value <= 60000)
    return prescaler, cycles // prescaler


def _fill(params: Params) -> Mapping[str, str]:
    signal, pin = params["place"].split()
    timer, channel = signal.split("_CH")
    index, number = int(channel) - 1, int(pin[2:])
    instance = instances()[timer]
    prescaler, period = _steps(params)
    advanced = timer in ("TIM1", "TIM8")
    return {
        "signal": signal,
        "pin": pin,
        "timer": timer,
        "channel": channel,
        "gpio": f"GPIO{pin[1]}",
        "number": str(number),
        "bus": instance.bus,
        "enable": instance.enable,
        "function": str(places()[signal][pin]),
        "register": str(number // 8),
        "shift": str(4 * (number % 8)),
        "prescale": f"{timer}->PSC = {prescaler - 1};" if prescaler > 1 else "",
        "update": f"{timer}->EGR = TIM_EGR_UG;" if prescaler > 1 else "",
        "twice": str(2 * number),
        "reload": str(period - 1),
        "compare": str(period * params["percent"] // 100),
        "mode": str(index // 2 + 1),
        "mode_shift": str(8 * (index % 2) + 4),
        "output_shift": str(4 * index),
        "main_output": f"{timer}->BDTR = TIM_BDTR_MOE;" if advanced else "",
    }


def _scene(params: Params, random: Random) -> Scene:
    return Scene(milliseconds=2 + 12_000 / params["hertz"] + random.randrange(3), watch=(params["place"].split()[1],))


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    signal, pin = params["place"].split()
    rising = [edge.time for edge in record.pins.get(pin, ()) if edge.level]
    # The output may be switched on some cycles before the counter, which makes the first pulse that much longer.
    since = rising[1] if len(rising) > 1 else 0
    found = square_wave(
        record, pin, hertz=params["hertz"], duty=params["percent"] / 100, since=since, cycles=8, driver=signal
    )
    if not found and rising[0] > MILLISECOND:
        words = f"{pin}: the signal should start within 1 ms of reset and starts at {show_time(rising[0])}"
        found = [wrong("too_late", words, symbol=pin)]
    if not found and abs(rising[1] - rising[0] - 10**12 // params["hertz"]) > MICROSECOND:
        words = f"{pin}: the first period lasts {show_time(rising[1] - rising[0])}; it should be like the others"
        found = [wrong("wrong_period", words, symbol=pin)]
    return found


FAMILY = Family(
    name="pwm_output",
    revision=1,
    level=2,
    title="PWM on a pin",
    choices={"place": _PINS, "hertz": _RATES, "percent": (10, 20, 25, 30, 40, 50, 60, 75, 80, 90)},
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("timer", "pwm", "registers"),
)
