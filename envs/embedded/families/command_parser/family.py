"""Frames with a checksum set the duty of PWM: a state machine over bytes, errors rejected, answers, recovery."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import edges_of, pulses, sent, show_time, wrong
from ecot.envs.embedded.evidence import MICROSECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.inputs import serial
from ecot.envs.embedded.scenes.places import ports_of, signal_values
from ecot.envs.types import Diagnostic

_SERIAL = ("USART1 PA9 PA10", "USART2 PA2 PA3", "USART3 PB10 PB11", "USART6 PC6 PC7", "USART2 PD5 PD6")
_OUTPUTS = ("TIM3_CH1 PA6", "TIM4_CH1 PD12", "TIM2_CH1 PA5", "TIM4_CH2 PB7", "TIM9_CH1 PE5")
_CHECKSUMS: Mapping[str, tuple[str, Callable[[int, int], int], str]] = {
    "xor": ("the exclusive or of the opcode and the value", lambda a, b: a ^ b, "opcode ^ value"),
    "sum": ("the sum of the opcode and the value, modulo 256", lambda a, b: (a + b) & 255, "opcode + value"),
    "negated": (
        "what makes the sum of opcode, value and checksum 0 modulo 256",
        lambda a, b: -(a + b) & 255,
        "-(opcode + value)",
    ),
}
_ACK, _NAK = 0x06, 0x15
_CYCLES = 1600


def _fill(params: Params) -> Mapping[str, str]:
    port, out, back = params["serial"].split()
    signal, pin = params["output"].split()
    channel = int(signal[-1])
    return {
        **signal_values(f"{port}_TX", out, "tx_"),
        **signal_values(f"{port}_RX", back, "rx_"),
        **signal_values(signal, pin, "pwm_"),
        "ports": ports_of(out, back, pin),
        "port": port,
        "timer": signal.partition("_")[0],
        "channel": str(channel),
        "mode_shift": str(8 * (channel - 1) + 4),
        "output_shift": str(4 * (channel - 1)),
        "divider": str(round(16_000_000 / params["baud"])),
        "header_hex": f"0x{params['header']:02X}",
        "check_words": _CHECKSUMS[params["check"]][0],
        "check_code": _CHECKSUMS[params["check"]][2],
    }


def _scene(params: Params, random: Random) -> Scene:
    port, _, back = params["serial"].split()
    header, check = params["header"], _CHECKSUMS[params["check"]][1]
    frames: list[tuple[list[int], int, int]] = []
    duty = 0

    def frame(opcode: int, value: int, wrong_by: int = 0) -> list[int]:
        return [header, opcode, value, check(opcode, value) ^ wrong_by]

    def good(opcode: int, value: int) -> None:
        nonlocal duty
        duty = value if opcode == 0x10 else 0
        frames.append((frame(opcode, value), _ACK, duty))

    good(0x10, random.randrange(20, 80))
    frames.append((frame(0x10, random.randrange(101, 256)), _NAK, duty))
    frames.append((frame(0x10, random.randrange(5, 95), 1 << random.randrange(8)), _NAK, duty))
    good(0x10, 100)
    good(0x10, random.randrange(1, 100))
    frames.append((frame(random.choice((0x00, 0x11, 0x12, 0x30, 0xFF)), 7), _NAK, duty))
    good(0x20, random.randrange(256))
    good(0x10, header if header <= 100 else random.randrange(1, 100))
    noise = [value for value in (random.randrange(256) for _ in range(3)) if value != header]
    frames.append((noise + frame(0x10, 37), _ACK, 37))
    frames.append((frame(0x10, 101), _NAK, 37))
    frames.append((frame(0x10, 0), _ACK, 0))
    frames.append((frame(0x10, 63), _ACK, 63))
    stimuli, when, steps = [], 3_000_000, []
    for data, answer, after in frames:  # noqa: B007
        stimuli += serial(port, back, when, data, baud=params["baud"])
        when += round((len(data) + 2) * 10e9 / params["baud"]) + 1_200_000 + random.randrange(300_000)
        steps.append((when * 1000, after))
    answers = bytes(answer for _, answer, _ in frames)
    return Scene(
        milliseconds=when / 1e6 + 0.5,
        watch=(params["output"].split()[1],),
        stimuli=stimuli,
        expected={"steps": steps, "answers": answers},
    )


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    found = sent(record, params["serial"].split()[0], scene.expected["answers"], baud=params["baud"], clock=16_000_000)
    if found:
        return found
    pin = params["output"].split()[1]
    for time, percent in scene.expected["steps"]:
        edges = edges_of(record, pin, since=time - 420 * MICROSECOND, until=time)
        if percent in (0, 100):
            if edges:
                return [
                    wrong(
                        "wrong_duty",
                        f"{pin} should be steady at {percent} % before {show_time(time)}; it changes",
                        symbol=pin,
                    )
                ]
            continue
        highs = [length for _, length in pulses(edges)]
        wanted = _CYCLES * percent // 100 * 62_500
        if not highs or any(abs(length - wanted) > 2 for length in highs):
            got = f"{highs[0] / 62_500 / _CYCLES * 100:.4g} %" if highs else "no pulse"
            return [wrong("wrong_duty", f"{pin}: expected {percent} % before {show_time(time)}, got {got}", symbol=pin)]
    return []


FAMILY = Family(
    name="command_parser",
    revision=1,
    level=5,
    title="a serial protocol that sets PWM",
    choices={
        "serial": _SERIAL,
        "output": _OUTPUTS,
        "baud": (57600, 115200),
        "check": tuple(_CHECKSUMS),
        "header": (0x5A, 0xA5, 0x7E, 0x3C),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("uart", "pwm", "protocol", "state machine"),
)
