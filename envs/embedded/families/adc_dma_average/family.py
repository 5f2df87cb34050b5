"""A timer starts conversions, DMA collects them, averages are reported: trigger, stream, channel, flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import register, serial_text, show_bytes, show_time, wrong
from ecot.envs.embedded.device.pins import ANALOG
from ecot.envs.embedded.evidence import MICROSECOND, MILLISECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.inputs import volts
from ecot.envs.embedded.scenes.places import pin_values, ports_of, signal_values
from ecot.envs.types import Diagnostic

_TRIGGERS = {"TIM2": 6, "TIM3": 8}
_STREAMS = {"ADC1": (0, 0), "ADC2": (2, 1), "ADC3": (1, 2)}
"""Stream of DMA2 and channel (RM0090, table 43)."""
_SERIAL = ("USART1 PA9", "USART2 PD5", "USART3 PB10", "USART6 PC6")


def _fill(params: Params) -> Mapping[str, str]:
    port, out = params["serial"].split()
    converter = params["converter"]
    channel = ANALOG[converter].index(params["input"])
    stream, request = _STREAMS[converter]
    register, index = ("SMPR2", channel) if channel < 10 else ("SMPR1", channel - 10)
    interrupts = {0: 0, 1: 6, 2: 16}[stream]
    return {
        **pin_values(params["input"], "input_"),
        **signal_values(f"{port}_TX", out, "tx_"),
        "ports": ports_of(params["input"], out),
        "port": port,
        "adc_channel": str(channel),
        "stream": str(stream),
        "request": str(request),
        "sample_register": register,
        "sample_shift": str(3 * index),
        "divider": str(round(16_000_000 / 115200)),
        "selection": str(_TRIGGERS[params["timer"]]),
        "reload": str(params["micros"] - 1),
        "block_ms": f"{params['micros'] * params['count'] / 1000:g}",
        "flag": f"TCIF{stream}",
        "flag_shift": str(interrupts),
    }


def _scene(params: Params, random: Random) -> Scene:
    length = params["micros"] * params["count"] * 1000
    stimuli, when, steps = [], 0, []
    for _ in range(3):
        value = random.randrange(200, 3200)
        stimuli.append(volts(params["input"], when, value / 1000))
        steps.append((when * 1000, value))
        when += 3 * length + 2_000_000 + random.randrange(length)
    return Scene(
        milliseconds=when / 1e6,
        stimuli=stimuli,
        registers=_registers(params),
        expected={"steps": steps},
    )


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    port = params["serial"].split()[0]
    frames = record.frames.get(port, ())
    data, problem = serial_text(frames, baud=16_000_000 / 139, tolerance=0.0001)
    if problem:
        return [wrong("wrong_frame", f"{port}: {problem}", symbol=port)]
    block = params["micros"] * params["count"] * MICROSECOND
    due = int((record.time - 2 * MILLISECOND) // block) - 1
    if len(data) < 2 * due:
        return [
            wrong(
                "no_bytes",
                f"{port} should have sent {due} averages of two bytes; {len(data)} bytes came ({show_bytes(data)})",
                symbol=port,
            )
        ]
    reports = [(frames[place].time, data[place] << 8 | data[place + 1]) for place in range(0, len(data) - 1, 2)]
    for (before, _), (after, _) in zip(reports[1:], reports[2:], strict=False):  # noqa: RUF007
        if abs(after - before - block) > block // 100 + 20 * MICROSECOND:
            return [
                wrong(
                    "wrong_period",
                    f"averages should go out every {show_time(block)}; two are {show_time(after - before)} apart at "
                    f"{show_time(before)}",
                    symbol=port,
                )
            ]
    steps = scene.expected["steps"]
    for time, value in reports:
        levels = {
            millivolts
            for index, (since, millivolts) in enumerate(steps)
            if since <= time and (index + 1 == len(steps) or steps[index + 1][0] > time - block - MILLISECOND)
        }
        codes = [millivolts * 4096 // 3300 for millivolts in levels]
        if not min(codes) - 2 <= value <= max(codes) + 2:
            return [
                wrong(
                    "wrong_average",
                    f"the average sent at {show_time(time)} should lie between {min(codes)} and {max(codes)} and "
                    f"is {value}",
                    symbol=port,
                )
            ]
    name, place = _sampling(params)
    mode, twice = f"GPIO{params['input'][1]}.MODER", 2 * int(params["input"][2:])
    trigger = _TRIGGERS[params["timer"]] << 24 | 1 << 28
    return [
        *register(record, f"{params['converter']}.{name}", 2 << place, mask=7 << place, why="28 cycles of sampling"),
        *register(record, mode, 3 << twice, mask=3 << twice, why="the input in analogue mode"),
        *register(record, f"{params['converter']}.CR2", trigger, mask=0x3F << 24, why="trigger and its rising edge"),
    ]


def _registers(params: Params) -> tuple[str, ...]:
    converter = params["converter"]
    return f"{converter}.{_sampling(params)[0]}", f"GPIO{params['input'][1]}.MODER", f"{converter}.CR2"


def _sampling(params: Params) -> tuple[str, int]:
    """Register and position of the channel's sampling time."""
    channel = ANALOG[params["converter"]].index(params["input"])
    return ("SMPR2", 3 * channel) if channel < 10 else ("SMPR1", 3 * (channel - 10))


FAMILY = Family(
    name="adc_dma_average",
    revision=1,
    level=4,
    title="averages of conversions moved by DMA",
    choices={
        "converter": tuple(_STREAMS),
        "input": ("PA1", "PA2", "PC0", "PC1", "PC2", "PC3"),
        "serial": _SERIAL,
        "timer": tuple(_TRIGGERS),
        "micros": (20, 25, 40, 50),
        "count": (32, 64, 128),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("adc", "dma", "timer", "uart", "registers"),
)
