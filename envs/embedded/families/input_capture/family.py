"""The period of a signal is captured by a timer and reported: capture mode, counter width, numbers as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import serial_text, show_bytes, wrong
from ecot.envs.embedded.evidence import Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.inputs import wave
from ecot.envs.embedded.scenes.places import ports_of, signal_values
from ecot.envs.types import Diagnostic

_INPUTS = (
    "TIM2_CH1 PA5",
    "TIM2_CH2 PA1",
    "TIM3_CH1 PA6",
    "TIM3_CH2 PC7",
    "TIM4_CH1 PD12",
    "TIM4_CH2 PB7",
    "TIM5_CH1 PA0",
    "TIM5_CH2 PA1",
)
_SERIAL = ("USART1 PA9", "USART2 PA2", "USART3 PB10", "USART6 PC6")


def _fill(params: Params) -> Mapping[str, str]:
    signal, pin = params["input"].split()
    port, out = params["serial"].split()
    channel = int(signal[-1])
    return {
        **signal_values(signal, pin, "in_"),
        **signal_values(f"{port}_TX", out, "tx_"),
        "ports": ports_of(pin, out),
        "timer": signal[:4],
        "channel": str(channel),
        "port": port,
        "divider": str(round(16_000_000 / params["baud"])),
        "difference": "second - first" if signal[:4] in ("TIM2", "TIM5") else "(uint16_t)(second - first)",
        "mode_shift": str(8 * (channel - 1)),
        "output_shift": str(4 * (channel - 1)),
    }


def _scene(params: Params, random: Random) -> Scene:
    stimuli, periods, when = [], [], 2_200_000
    for most in (900, 9000, 3000, 120 + random.randrange(100), 50_000, 9000):
        period = random.randrange(max(60, most // 10), most)
        stimuli += wave(params["input"].split()[1], when, period * 1000, random.randrange(20, period - 20) * 1000, 2)
        when += 2 * period * 1000 + 2_500_000 + random.randrange(20_000_000)
        periods.append((period, 2))
    return Scene(milliseconds=when / 10**6, stimuli=stimuli, work=20_000_000, expected={"bursts": periods})


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    port = params["serial"].split()[0]
    data, problem = serial_text(
        record.frames.get(port, ()), baud=16_000_000 / round(16_000_000 / params["baud"]), tolerance=0.0001
    )
    if problem:
        return [wrong("wrong_frame", f"{port}: {problem}", symbol=port)]
    if not data:
        return [
            wrong(
                "no_bytes", f"{port} should report the distance of every pair; nothing came out of a pin", symbol=port
            )
        ]
    lines = data.split(b"\n")
    wanted = [period for period, _ in scene.expected["bursts"]]
    if data[-1:] != b"\n" or len(lines) - 1 != len(wanted):
        return [
            wrong(
                "wrong_bytes",
                f"{port}: expected {len(wanted)} lines, one a pair, each ended by a line feed; got {show_bytes(data)}",
                symbol=port,
            )
        ]
    for line, period in zip(lines, wanted, strict=False):
        if line not in (str(period).encode(),):
            return [
                wrong(
                    "wrong_bytes",
                    f"{port}: two edges were {period} us apart; the report should say so and is {show_bytes(line)}",
                    symbol=port,
                )
            ]
    return []


FAMILY = Family(
    name="input_capture",
    revision=1,
    level=3,
    title="measure a period by input capture",
    choices={"input": _INPUTS, "serial": _SERIAL, "baud": (38400, 57600, 115200)},
    fill=_fill,
    scene=_scene,
    check=_check,
    valid=lambda params: params["input"].split()[1] != params["serial"].split()[1],
    tags=("timer", "capture", "uart", "registers"),
)
