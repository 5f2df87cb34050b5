"""A serial port sends a fixed line once: clock of the port, alternate function, baud rate divider, waiting for TXE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import sent, without_pause
from ecot.envs.embedded.device.pins import places
from ecot.envs.embedded.device.tables import instances
from ecot.envs.embedded.evidence import Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.types import Diagnostic

_PINS = (
    "USART1 PA9",
    "USART1 PB6",
    "USART2 PA2",
    "USART2 PD5",
    "USART3 PB10",
    "USART3 PC10",
    "USART3 PD8",
    "UART4 PA0",
    "UART4 PC10",
    "UART5 PC12",
    "USART6 PC6",
    "USART6 PG14",
)
_TEXTS = ("ready", "boot ok", "STM32F407 up", "hello, world", "pump=off valve=off", "READY>")


def _fill(params: Params) -> Mapping[str, str]:
    port, pin = params["place"].split()
    number = int(pin[2:])
    instance = instances()[port]
    divider = round(16_000_000 / params["baud"])
    return {
        "port": port,
        "pin": pin,
        "gpio": f"GPIO{pin[1]}",
        "number": str(number),
        "twice": str(2 * number),
        "bus": instance.bus,
        "enable": instance.enable,
        "function": str(places()[f"{port}_TX"][pin]),
        "register": str(number // 8),
        "shift": str(4 * (number % 8)),
        "divider": str(divider),
        "length": str(len(params["text"]) + 2),
    }


def _scene(params: Params, random: Random) -> Scene:
    characters = len(params["text"]) + 2
    return Scene(milliseconds=2 + (characters + 3) * 10_000 / params["baud"] + random.randrange(1, 4))


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    port = params["place"].split()[0]
    found = sent(record, port, f"{params['text']}\r\n".encode(), baud=params["baud"], clock=16_000_000)
    return found or without_pause(record, port)


FAMILY = Family(
    name="uart_greeting",
    revision=1,
    level=1,
    title="send a line over a serial port",
    choices={"place": _PINS, "baud": (9600, 19200, 38400, 57600, 115200), "text": _TEXTS},
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("uart", "registers"),
)
