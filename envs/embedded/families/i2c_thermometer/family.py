"""A temperature is read over I2C and reported: bus set-up, repeated start, acknowledge, two's complement, decimals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import near, register, sent, show_time, wrong
from ecot.envs.embedded.evidence import Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.inputs import serial
from ecot.envs.embedded.scenes.places import ports_of, signal_values
from ecot.envs.types import Diagnostic

_BUSES = ("I2C1 PB6 PB7", "I2C1 PB8 PB9", "I2C2 PB10 PB11", "I2C3 PA8 PC9", "I2C2 PF1 PF0")
_SERIAL = ("USART2 PA2 PA3", "USART6 PC6 PC7", "USART2 PD5 PD6", "UART4 PC10 PC11")


def _fill(params: Params) -> Mapping[str, str]:
    bus, clock, data = params["bus"].split()
    port, out, back = params["serial"].split()
    return {
        **signal_values(f"{bus}_SCL", clock, "scl_"),
        **signal_values(f"{bus}_SDA", data, "sda_"),
        **signal_values(f"{port}_TX", out, "tx_"),
        **signal_values(f"{port}_RX", back, "rx_"),
        "ports": ports_of(clock, data, out, back),
        "bus": bus,
        "port": port,
        "address_hex": f"0x{params['address']:02X}",
        "divider": str(round(16_000_000 / params["baud"])),
        "kilohertz": str(params["rate"] // 1000),
        "ccr": "80" if params["rate"] == 100_000 else "I2C_CCR_FS | 14",
        "rise": "17" if params["rate"] == 100_000 else "5",
    }


def _pins(params: Params) -> tuple[str, ...]:
    """Clock, data, transmit and receive."""
    return (*params["bus"].split()[1:], *params["serial"].split()[1:])


def _text(raw: int) -> bytes:
    """A code of halves of a degree, as it is to be sent."""
    tenths = abs(raw) * 5
    return f"{'-' if raw < 0 else ''}{tenths // 10}.{tenths % 10}\n".encode()


def _scene(params: Params, random: Random) -> Scene:
    bus = params["bus"].split()[0]
    port, _, back = params["serial"].split()
    codes = [random.choice((-1, -110, random.randrange(-110, -2))), -random.randrange(2, 20), 19, 20, 199, 0]
    codes += [random.randrange(200, 250), random.randrange(20, 199)]
    random.shuffle(codes)
    facts = {
        "kind": "device",
        "bus": bus,
        "device": "i2c_registers",
        "name": "sensor",
        "address": params["address"],
        "width": 2,
    }
    stimuli = [{**facts, "registers": {0: _bytes(codes[0], random)}}]
    when, gap = 2_500_000, 3_000_000 + round(80e9 / params["baud"])
    for number, code in enumerate(codes):
        if number:
            stimuli.append(
                {
                    "kind": "measure",
                    "device": "sensor",
                    "at": when - 500_000,
                    "register": 0,
                    "values": _bytes(code, random),
                }
            )
        stimuli += serial(port, back, when, b"t", baud=params["baud"])
        when += gap + random.randrange(500_000)
    return Scene(
        milliseconds=when / 10**6,
        stimuli=stimuli,
        registers=(f"{bus}.CR2", f"{bus}.TRISE", *(f"GPIO{pin[1]}.OTYPER" for pin in _pins(params))),
        expected={"codes": codes},
    )


def _bytes(code: int, random: Random) -> list[int]:
    """Nine bits at the top of two bytes; what stands below them means nothing."""
    value = (code & 0x1FF) << 7 | random.getrandbits(7)
    return [value >> 8, value & 0xFF]


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    bus, port = params["bus"].split()[0], params["serial"].split()[0]
    wanted = b"".join(_text(code) for code in scene.expected["codes"])
    rates = [(row[4], row[0]) for row in record.transfers.get(bus, ()) if row[1] == "start"]
    if not rates:
        return [wrong("no_transfer", f"nothing happened on {bus}", symbol=bus)]
    off = next(
        (
            (rate, at)
            for rate, at in rates
            if not near(rate, 100_000 if params["rate"] == 100_000 else 16_000_000 / 42, 0.001)
        ),
        None,
    )
    if off:
        return [
            wrong(
                "wrong_rate",
                f"{bus} should run at {params['rate']} Hz; at {show_time(off[1])} it runs at {off[0]} Hz",
                symbol=bus,
            )
        ]
    found = sent(record, port, wanted, baud=params["baud"], clock=16_000_000)
    if found:
        return found
    reads = [row[3] for row in record.transfers[bus] if row[1] == "read"]
    if reads != [1, 0] * len(scene.expected["codes"]):
        return [
            wrong("wrong_acknowledge", f"{bus}: of two bytes that are read, the first is acknowledged, the last not")
        ]
    for pin, kind in zip(_pins(params), (1, 1, 0, 0), strict=True):
        found += register(
            record, f"GPIO{pin[1]}.OTYPER", kind << int(pin[2:]), mask=1 << int(pin[2:]), why=f"open drain of {pin}"
        )
    if found:
        return found
    rise = 17 if params["rate"] == 100_000 else 5
    return [
        *register(record, f"{bus}.CR2", 16, mask=0x3F, why="FREQ"),
        *register(record, f"{bus}.TRISE", rise, mask=0x3F),
    ]


FAMILY = Family(
    name="i2c_thermometer",
    revision=1,
    level=3,
    title="read a temperature sensor over I2C",
    choices={
        "bus": _BUSES,
        "serial": _SERIAL,
        "address": (0x48, 0x49, 0x4A, 0x4B, 0x4F),
        "rate": (100_000, 400_000),
        "baud": (57600, 115200),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("i2c", "uart", "registers"),
)
