"""The clock tree from a source through the PLL, shown by a timer: factors, wait states, bus limits, doubling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import clock, register, square_wave, wrong
from ecot.envs.embedded.evidence import MILLISECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.places import signal_values
from ecot.envs.types import Diagnostic

_PINS = (
    "TIM2_CH1 PA5",
    "TIM3_CH1 PA6",
    "TIM4_CH1 PD12",
    "TIM5_CH2 PA1",
    "TIM9_CH1 PE5",
    "TIM10_CH1 PB8",
    "TIM11_CH1 PB9",
)
_MEGAHERTZ = (48, 72, 84, 96, 100, 120, 144, 168)


def _divider(hertz: int, most: int) -> int:
    return next(value for value in (1, 2, 4, 8) if hertz // value <= most)


def _facts(params: Params) -> dict[str, int]:
    """The factors of a set-up that the manual allows, and the timer's clock."""
    hertz = params["megahertz"] * 1_000_000
    crystal = params["crystal"] * 1_000_000 if params["source"] == "HSE" else 16_000_000
    post = 2 if hertz * 2 >= 100_000_000 and hertz * 2 <= 432_000_000 else 4
    first, second = _divider(hertz, 42_000_000), _divider(hertz, 84_000_000)
    bus = signal_values(*params["place"].split())["bus"]
    divider = first if bus == "APB1" else second
    timer = hertz if divider == 1 else hertz // divider * 2
    return {
        "hertz": hertz,
        "source_megahertz": crystal // 1_000_000,
        "multiply": hertz * post // 1_000_000,
        "post": post // 2 - 1,
        "first": first,
        "second": second,
        "states": -(-hertz // 30_000_000) - 1,
        "timer": timer,
        "quick": -(-hertz * post // 48_000_000),
    }


def _fill(params: Params) -> Mapping[str, str]:
    facts = _facts(params)
    values = signal_values(*params["place"].split())
    period = facts["timer"] // params["hertz"]
    prescaler = next(
        value
        for value in (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20)
        if period % value == 0 and period // value <= 65535
    )
    code = {1: 0, 2: 4, 4: 5, 8: 6}
    return {
        **values,
        **{name: str(value) for name, value in facts.items()},
        "source_words": f"the {params['crystal']} MHz crystal (HSE)"
        if params["source"] == "HSE"
        else "the internal oscillator (HSI, 16 MHz)",
        "pll_source": f"RCC_PLLCFGR_PLLSRC_{params['source']}",
        "channel": values["signal"][-1],
        "rate": str(params["hertz"]),
        "start": "RCC->CR |= RCC_CR_HSEON;" if params["source"] == "HSE" else "",
        "wait": "while (!(RCC->CR & RCC_CR_HSERDY)) {\n    }" if params["source"] == "HSE" else "",
        "prescale": f"{values['peripheral']}->PSC = {prescaler - 1};" if prescaler > 1 else "",
        "update": f"{values['peripheral']}->EGR = TIM_EGR_UG;" if prescaler > 1 else "",
        "reload": str(period // prescaler - 1),
        "half": str(period // prescaler // 2),
        "first_code": str(code[facts["first"]]),
        "second_code": str(code[facts["second"]]),
        "first_limit": "42",
        "second_limit": "84",
        "mode": str((int(values["signal"][-1]) - 1) // 2 + 1),
        "mode_shift": str(8 * ((int(values["signal"][-1]) - 1) % 2) + 4),
        "output_shift": str(4 * (int(values["signal"][-1]) - 1)),
    }


def _scene(params: Params, random: Random) -> Scene:
    crystal = params["crystal"] * 1_000_000 if params["source"] == "HSE" else random.choice((0, 8_000_000))
    pin = params["place"].split()[1]
    registers = ("RCC.CFGR", "RCC.PLLCFGR", "RCC.CR", "FLASH.ACR")
    return Scene(milliseconds=5 + random.randrange(3), watch=(pin,), registers=registers, hse=crystal)


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    signal, pin = params["place"].split()
    found = clock(record, params["megahertz"] * 1_000_000)
    if not found and record.registers["RCC.CFGR"] & 0xC != 8:
        found = [wrong("wrong_source", "the system clock should come from the PLL (SWS reads 2)", symbol="SWS")]
    if not found and (record.registers["RCC.PLLCFGR"] >> 22 & 1) != (params["source"] == "HSE"):
        found = [wrong("wrong_source", f"the PLL should run from {params['source']}", symbol="PLLSRC")]
    facts = _facts(params)
    code = {1: 0, 2: 4, 4: 5, 8: 6}
    found = found or [
        *register(record, "FLASH.ACR", facts["states"], mask=7, why="wait states"),
        *register(
            record,
            "RCC.CFGR",
            code[facts["first"]] << 10 | code[facts["second"]] << 13,
            mask=0xFC00,
            why="PPRE2 and PPRE1",
        ),
        *register(record, "RCC.PLLCFGR", facts["quick"] << 24, mask=0xF << 24, why="PLLQ"),
    ]
    return found or square_wave(record, pin, hertz=params["hertz"], since=4 * MILLISECOND, cycles=3, driver=signal)


FAMILY = Family(
    name="clock_tree",
    revision=1,
    level=2,
    title="the clock tree through the PLL",
    choices={
        "place": _PINS,
        "source": ("HSE", "HSI"),
        "crystal": (8, 12, 16, 25),
        "megahertz": _MEGAHERTZ,
        "hertz": (4000, 5000, 8000, 10000),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    valid=lambda params: params["source"] == "HSE" or params["crystal"] == 8,
    tags=("rcc", "pll", "flash", "timer", "registers"),
)
