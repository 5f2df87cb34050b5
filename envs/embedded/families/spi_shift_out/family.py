"""Patterns go out to shift registers over SPI: mode, rate, order of bits, and a latch only after the last clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import no_drift, show_time, wrong
from ecot.envs.embedded.evidence import MICROSECOND, MILLISECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.places import pin_values, ports_of, signal_values
from ecot.envs.types import Diagnostic

_BUSES = ("SPI1 PA5 PA7", "SPI1 PB3 PB5", "SPI2 PB13 PB15", "SPI2 PB10 PC3", "SPI3 PC10 PC12", "SPI3 PB3 PB5")
_PATTERNS: Mapping[str, tuple[str, Callable[[int, int], int], str]] = {
    "running": (
        "one bit runs from bit 0 up to the highest bit and begins again",
        lambda step, bits: 1 << step % bits,
        "1U << step % BITS",
    ),
    "counter": (
        "the number of the step, which begins again at 0 after the largest number that fits",
        lambda step, bits: step % (1 << bits),
        "step",
    ),
    "bar": (
        "a bar of ones that grows by one bit from bit 0, from no bit to all, and begins again with none",
        lambda step, bits: (1 << step % (bits + 1)) - 1,
        "(1U << step % (BITS + 1)) - 1U",
    ),
    "gray": (
        "the reflected binary code (Gray code) of the number of the step",
        lambda step, bits: (step ^ step >> 1) % (1 << bits),
        "step ^ (step >> 1)",
    ),
}


def _fill(params: Params) -> Mapping[str, str]:
    bus, clock, data = params["bus"].split()
    divider = next(code for code in range(8) if 16_000_000 / (2 << code) <= params["fastest"])
    return {
        **signal_values(f"{bus}_SCK", clock, "sck_"),
        **signal_values(f"{bus}_MOSI", data, "mosi_"),
        **pin_values(params["latch"], "latch_"),
        "ports": ports_of(clock, data, params["latch"]),
        "bus": bus,
        "pattern_words": _PATTERNS[params["pattern"]][0],
        "code": _PATTERNS[params["pattern"]][2],
        "bits": str(8 * params["stages"]),
        "rate_code": str(divider),
        "rate": f"{16 / (2 << divider):g}",
        "fastest_words": f"{params['fastest'] / 10**6:g}",
        "chain": "one shift register with eight outputs"
        if params["stages"] == 1
        else "two shift registers in a chain, sixteen outputs in all; "
        "the byte that is sent first ends up in bits 15 to 8",
        "reload": str(params["millis"] * 16000 - 1),
        "width": " | SPI_CR1_DFF" if params["stages"] == 2 else "",
    }


def _scene(params: Params, random: Random) -> Scene:
    bus, clock, data = params["bus"].split()
    steps = (40 if params["stages"] == 1 else 70) + random.randrange(8)
    device = {
        "kind": "device",
        "bus": bus,
        "device": "shift_register",
        "name": "outputs",
        "clock": clock,
        "data": data,
        "latch": params["latch"],
        "stages": params["stages"],
        "hertz": params["fastest"],
        "modes": [0],
    }
    return Scene(milliseconds=2 + steps * params["millis"], stimuli=[device], expected={"steps": steps})


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    bits = 8 * params["stages"]
    shape = _PATTERNS[params["pattern"]][1]
    latched = record.transfers.get("outputs", ())
    due = scene.expected["steps"] - 1
    if len(latched) < due:
        return [wrong("missing_steps", f"the outputs were latched {len(latched)} times; {due} steps were due")]
    for step, (time, _, value) in enumerate(latched):
        if value != shape(step, bits):
            return [
                wrong(
                    "wrong_pattern",
                    f"step {step} (from 0) at {show_time(time)}: the outputs should be "
                    f"{shape(step, bits):#0{bits // 4 + 2}x} and are "
                    f"{value:#0{bits // 4 + 2}x}",
                )
            ]
    for (before, *_), (after, *_) in zip(latched, latched[1:], strict=False):  # noqa: RUF007
        if abs(after - before - params["millis"] * MILLISECOND) > 5 * MICROSECOND:
            return [
                wrong(
                    "wrong_period",
                    f"steps should come every {params['millis']} ms; two are {show_time(after - before)} apart at "
                    f"{show_time(before)}",
                )
            ]
    times = [row[0] for row in latched]
    if times[0] > MILLISECOND // 2:
        return [wrong("too_late", f"step 0 should be latched within 0.5 ms of reset and is at {show_time(times[0])}")]
    rates = {row[4] for row in record.transfers.get(params["bus"].split()[0], ())}
    fastest = next(16_000_000 // (2 << code) for code in range(8) if 16_000_000 / (2 << code) <= params["fastest"])
    if rates != {fastest}:
        return [
            wrong(
                "wrong_rate",
                f"the bus should run at {fastest} Hz, the fastest rate allowed; it ran at "
                f"{', '.join(map(str, sorted(rates)))} Hz",
            )
        ]
    return no_drift(times, params["millis"] * MILLISECOND, "the latch")


FAMILY = Family(
    name="spi_shift_out",
    revision=1,
    level=3,
    title="patterns on shift registers over SPI",
    choices={
        "bus": _BUSES,
        "latch": ("PA4", "PB12", "PD2", "PE4", "PC8"),
        "pattern": tuple(_PATTERNS),
        "stages": (1, 2),
        "millis": (1, 2, 3),
        "fastest": (1_000_000, 4_000_000, 8_000_000),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("spi", "systick", "registers"),
)
