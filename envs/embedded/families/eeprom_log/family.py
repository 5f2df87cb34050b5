"""Records go into an EEPROM over I2C: pages, the silence after a write, reading back, the HAL's memory transfers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import sent, show_bytes, wrong
from ecot.envs.embedded.evidence import Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.inputs import serial
from ecot.envs.embedded.scenes.places import ports_of, signal_values
from ecot.envs.types import Diagnostic

_BUSES = ("I2C1 PB6 PB7", "I2C1 PB8 PB9", "I2C2 PB10 PB11", "I2C2 PF1 PF0")
_SERIAL = ("USART2 PA2 PA3", "USART6 PC6 PC7", "USART2 PD5 PD6", "UART4 PC10 PC11")
_BAUD = 115200


def _fill(params: Params) -> Mapping[str, str]:
    bus, clock, data = params["bus"].split()
    port, out, back = params["serial"].split()
    return {
        **signal_values(f"{bus}_SCL", clock, "scl_"),
        **signal_values(f"{bus}_SDA", data, "sda_"),
        **signal_values(f"{port}_TX", out, "tx_"),
        **signal_values(f"{port}_RX", back, "rx_"),
        "bus": bus,
        "port": port,
        "address_hex": f"0x{params['address']:02X}",
        "tx_bit": f"GPIO_PIN_{out[2:]}",
        "rx_bit": f"GPIO_PIN_{back[2:]}",
        "scl_bit": f"GPIO_PIN_{clock[2:]}",
        "sda_bit": f"GPIO_PIN_{data[2:]}",
        "gates": "\n".join(
            f"    __HAL_RCC_GPIO{letter}_CLK_ENABLE();"
            for letter in sorted({pin[1] for pin in (clock, data, out, back)})
        ),
        "ports": ports_of(clock, data, out, back),
        "page_size": str(params["page"]),
    }


def _scene(params: Params, random: Random) -> Scene:
    bus = params["bus"].split()[0]
    port, _, back = params["serial"].split()
    content = bytearray(random.randrange(256) for _ in range(256))
    device = {
        "kind": "device",
        "bus": bus,
        "device": "i2c_memory",
        "name": "memory",
        "address": params["address"],
        "page": params["page"],
        "content": {str(place): value for place, value in enumerate(content)},
    }
    stimuli, when, answers = [device], 4_000_000, bytearray()
    page = params["page"]
    plan = [
        ("r", random.randrange(200), 5),
        ("w", page * random.randrange(2, 9) - 3, 8),
        ("r", None, 8),
        ("w", 3, 1),
        ("w", page * 2, page),
    ]
    plan += [
        ("r", page * 2 - 1, page + 2 if page < 10 else 12),
        ("w", 250, 6),
        ("r", 246, 10),
        ("r", 0, 1),
        ("r", 17, 2),
        ("r", 90, 3),
    ]
    last = 0
    for kind, start, count in plan:
        place = last if start is None else start
        last = place
        data = bytes(random.randrange(256) for _ in range(count)) if kind == "w" else b""
        if kind == "w":
            content[place : place + count] = data
            answers += b"k"
        else:
            answers += content[place : place + count]
        message = bytes((ord(kind), place, count)) + data
        stimuli += serial(port, back, when, message, baud=_BAUD)
        when += (
            round((len(message) + count + 2) * 10e9 / _BAUD)
            + (15_000_000 if kind == "w" else 3_000_000)
            + random.randrange(500_000)
        )
    return Scene(
        milliseconds=when / 1e6, stimuli=stimuli, expected={"answers": bytes(answers), "content": bytes(content)}
    )


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    bus, port = params["bus"].split()[0], params["serial"].split()[0]
    writes = [row[2:] for row in record.transfers.get("memory", ()) if row[1] == "write"]
    for row in writes:
        places = row[::2]
        if places and min(places) // params["page"] != max(places) // params["page"]:
            return [
                wrong(
                    "wrong_write",
                    f"one write went to {show_bytes(bytes(places))}, across the border of a page",
                    symbol=bus,
                )
            ]
    return sent(record, port, scene.expected["answers"], baud=_BAUD)


FAMILY = Family(
    name="eeprom_log",
    revision=1,
    level=4,
    title="records in an EEPROM, by the HAL",
    choices={"bus": _BUSES, "serial": _SERIAL, "address": (0x50, 0x51, 0x54, 0x57), "page": (8, 16)},
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("i2c", "uart", "hal"),
)
