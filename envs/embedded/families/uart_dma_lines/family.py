"""A long message leaves by DMA while the processor keeps a beat: stream, channel, flags, completion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import edges_of, no_drift, sent, show_time, square_wave, without_pause, wrong
from ecot.envs.embedded.evidence import MICROSECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.places import pin_values, ports_of, signal_values
from ecot.envs.types import Diagnostic

_PLACES = {
    "USART2 PA2": ("DMA1", 6, 4),
    "USART2 PD5": ("DMA1", 6, 4),
    "USART3 PB10": ("DMA1", 3, 4),
    "USART3 PD8": ("DMA1", 3, 4),
    "UART4 PC10": ("DMA1", 4, 4),
    "UART5 PC12": ("DMA1", 7, 4),
    "USART1 PA9": ("DMA2", 7, 4),
    "USART6 PC6": ("DMA2", 6, 5),
}
"""Controller, stream and channel of a port's transmitter (RM0090, tables 42 and 43)."""
_TEXTS = ("the quick brown fox jumps over the lazy dog ", "0123456789ABCDEF", "Sphinx of black quartz, judge my vow. ")


def _text(params: Params) -> bytes:
    return _TEXTS[params["text"]].encode() * int(params["repeats"])


def _fill(params: Params) -> Mapping[str, str]:
    port, out = params["place"].split()
    controller, stream, channel = _PLACES[params["place"]]
    return {
        **signal_values(f"{port}_TX", out, "tx_"),
        **pin_values(params["beat"], "beat_"),
        "ports": ports_of(out, params["beat"]),
        "port": port,
        "controller": controller,
        "stream": str(stream),
        "channel": str(channel),
        "text": _TEXTS[params["text"]],
        "length": str(len(_text(params))),
        "divider": str(round(16_000_000 / params["baud"])),
        "part": str(len(_TEXTS[params["text"]])),
        "times": str(params["repeats"]),
        "beat_reload": str(params["micros"] - 1),
        "high": "H" if stream > 3 else "L",
    }


def _scene(params: Params, random: Random) -> Scene:
    span = (len(_text(params)) + 4) * 10_000 / params["baud"]
    return Scene(milliseconds=max(33.0, 2 + span + random.randrange(4)), watch=(params["beat"],))


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    port = params["place"].split()[0]
    found = sent(record, port, _text(params), baud=params["baud"], clock=16_000_000) or without_pause(record, port)
    if found:
        return list(found)
    if record.frames[port][0].time > 1500 * MICROSECOND + 10 * 10**12 // params["baud"]:
        return [
            wrong(
                "too_late",
                f"{port}: the first byte should be on the wire within 1.5 ms and comes at "
                f"{show_time(record.frames[port][0].time)}",
            )
        ]
    beat = params["beat"]
    found = square_wave(record, beat, hertz=500_000 / params["micros"], span=4 * MICROSECOND, cycles=12, driver="gpio")
    return list(found) or no_drift([edge.time for edge in edges_of(record, beat)], params["micros"] * MICROSECOND, beat)


FAMILY = Family(
    name="uart_dma_lines",
    revision=1,
    level=4,
    title="a message by DMA beside a beat",
    choices={
        "place": tuple(_PLACES),
        "beat": ("PD12", "PE3", "PB7", "PG13"),
        "text": (0, 1, 2),
        "repeats": (4, 6, 8),
        "baud": (57600, 115200),
        "micros": (20, 25, 40),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("uart", "dma", "timer", "interrupt", "registers"),
)
