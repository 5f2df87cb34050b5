"""Bytes come back changed: receiver and transmitter, reception by interrupt or polling, nothing lost at full rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import sent
from ecot.envs.embedded.evidence import Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.inputs import serial
from ecot.envs.embedded.scenes.places import ports_of, signal_values
from ecot.envs.types import Diagnostic

_PLACES = (
    "USART1 PA9 PA10",
    "USART1 PB6 PB7",
    "USART2 PA2 PA3",
    "USART2 PD5 PD6",
    "USART3 PB10 PB11",
    "USART3 PD8 PD9",
    "UART4 PC10 PC11",
    "USART6 PC6 PC7",
)
_CHANGES: Mapping[str, tuple[str, str, Callable[[int], int]]] = {
    "upper": (
        "lower-case letters `a` to `z` come back as capital letters, all else as it is",
        "(c >= 'a' && c <= 'z') ? c - 32 : c",
        lambda c: c - 32 if 97 <= c <= 122 else c,
    ),
    "lower": (
        "capital letters `A` to `Z` come back as lower-case letters, all else as it is",
        "(c >= 'A' && c <= 'Z') ? c + 32 : c",
        lambda c: c + 32 if 65 <= c <= 90 else c,
    ),
    "rot13": (
        "letters come back thirteen places further in the alphabet, beginning again after `z` and `Z`, all else "
        "as it is",
        "(c >= 'a' && c <= 'z') ? (c - 'a' + 13) % 26 + 'a' : (c >= 'A' && c <= 'Z') ? (c - 'A' + 13) % 26 + 'A' : c",
        lambda c: (c - 97 + 13) % 26 + 97 if 97 <= c <= 122 else (c - 65 + 13) % 26 + 65 if 65 <= c <= 90 else c,
    ),
    "invert": ("every bit of a byte comes back inverted", "~c", lambda c: ~c & 255),
    "next": ("every byte comes back as the next one, 255 as 0", "c + 1", lambda c: (c + 1) & 255),
}


def _fill(params: Params) -> Mapping[str, str]:
    port, out, back = params["place"].split()
    words, code, _ = _CHANGES[params["change"]]
    return {
        **signal_values(f"{port}_TX", out, "tx_"),
        **signal_values(f"{port}_RX", back, "rx_"),
        "port": port,
        "ports": ports_of(out, back),
        "change_words": words,
        "code": code,
        "divider": str(round(16_000_000 / params["baud"])),
        "parity_words": {
            "none": "8 data bits, no parity",
            "even": "8 data bits and even parity",
            "odd": "8 data bits and odd parity",
        }[params["parity"]],
        "parity_bits": {
            "none": "",
            "even": " | USART_CR1_M | USART_CR1_PCE",
            "odd": " | USART_CR1_M | USART_CR1_PCE | USART_CR1_PS",
        }[params["parity"]],
    }


def _scene(params: Params, random: Random) -> Scene:
    port, _, back = params["place"].split()
    baud, parity = params["baud"], params["parity"]
    letters = [random.choice((random.randrange(65, 91), random.randrange(97, 123))) for _ in range(10)]
    edges = [0x40, 0x41, 0x5A, 0x5B, 0x60, 0x61, 0x6D, 0x6E, 0x7A, 0x7B, 0x4D, 0x4E, 0, 255, 0x20]
    first = random.sample(edges, len(edges)) + letters
    second = [random.randrange(256) for _ in range(6)]
    width = 11 if parity != "none" else 10
    start = 2_000_000 + random.randrange(1_000_000) + round(12e9 / baud)
    later = start + round((len(first) + 4) * width * 1e9 / baud) + random.randrange(500_000)
    stimuli = serial(port, back, start, first, baud=baud, parity=parity)
    stimuli += serial(port, back, later, second, baud=baud, parity=parity, gap=round(3e9 * width / baud))
    end = later + round((len(second) * 4 + 4) * width * 1e9 / baud)
    return Scene(milliseconds=end / 1e6 + 1, stimuli=stimuli, expected={"data": bytes(first + second)})


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    change = _CHANGES[params["change"]][2]
    wanted = bytes(change(value) for value in scene.expected["data"])
    return sent(
        record, params["place"].split()[0], wanted, baud=params["baud"], parity=params["parity"], clock=16_000_000
    )


FAMILY = Family(
    name="uart_echo",
    revision=1,
    level=2,
    title="a serial port that answers",
    choices={
        "place": _PLACES,
        "baud": (19200, 38400, 57600, 115200),
        "change": tuple(_CHANGES),
        "parity": ("none", "even", "odd"),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("uart", "registers"),
)
