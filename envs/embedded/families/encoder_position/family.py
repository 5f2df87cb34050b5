"""A rotary encoder is counted by a timer and read out on request: both edges, direction, sign, wrap-around."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import sent
from ecot.envs.embedded.evidence import Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.inputs import level, quadrature, serial
from ecot.envs.embedded.scenes.places import ports_of, signal_values
from ecot.envs.types import Diagnostic

_ENCODERS = (
    "TIM2 PA5 PA1",
    "TIM3 PA6 PA7",
    "TIM3 PC6 PC7",
    "TIM4 PD12 PD13",
    "TIM4 PB6 PB7",
    "TIM5 PA0 PA1",
    "TIM3 PB4 PB5",
)
_SERIAL = ("USART2 PD5 PD6", "USART6 PG14 PG9", "USART3 PB10 PB11", "UART4 PC10 PC11")


def _fill(params: Params) -> Mapping[str, str]:
    timer, first, second = params["encoder"].split()
    port, out, back = params["serial"].split()
    return {
        **signal_values(f"{timer}_CH1", first, "a_"),
        **signal_values(f"{timer}_CH2", second, "b_"),
        **signal_values(f"{port}_TX", out, "tx_"),
        **signal_values(f"{port}_RX", back, "rx_"),
        "ports": ports_of(first, second, out, back),
        "timer": timer,
        "port": port,
        "divider": str(round(16_000_000 / params["baud"])),
        "turn": str(params["turn"]),
        "reload": str(params["turn"] - 1),
        "ask": chr(params["ask"]),
        "zero": chr(params["ask"] + 1),
    }


def _scene(params: Params, random: Random) -> Scene:
    _, first, second = params["encoder"].split()
    port, _, back = params["serial"].split()
    turn, ask = params["turn"], params["ask"]
    stimuli = [level(first, 0, 0), level(second, 0, 0)]
    when, position, phase, answers = 3_000_000, 0, 0, bytearray()
    moves = [
        random.randrange(3, 20),
        -random.randrange(25, 40),
        turn + random.randrange(5, 40),
        -random.randrange(turn // 2, turn),
        1,
        -1,
        -2,
    ]
    for number, steps in enumerate(moves):
        spacing = random.randrange(20_000, 60_000)
        stimuli += quadrature(first, second, when, steps, spacing, phase)
        phase, position = phase + steps, position + steps
        when += abs(steps) * spacing + 200_000
        if number == 4:
            stimuli += serial(port, back, when, bytes((ask + 1,)), baud=params["baud"])
            position = 0
            when += round(30e9 / params["baud"]) + 200_000
        stimuli += serial(port, back, when, bytes((ask,)), baud=params["baud"])
        if number in (1, 5):
            # A byte that means nothing, while the position is not 0.
            when += round(30e9 / params["baud"])
            stimuli += serial(port, back, when, bytes((ask + 2 + number,)), baud=params["baud"])
        answers += (position % turn).to_bytes(2, "big")
        when += round(50e9 / params["baud"]) + 500_000
    return Scene(milliseconds=when / 1e6, stimuli=stimuli, expected={"answers": bytes(answers)})


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    return sent(record, params["serial"].split()[0], scene.expected["answers"], baud=params["baud"], clock=16_000_000)


FAMILY = Family(
    name="encoder_position",
    revision=1,
    level=3,
    title="the position of a rotary encoder",
    choices={
        "encoder": _ENCODERS,
        "serial": _SERIAL,
        "baud": (57600, 115200),
        "turn": (200, 400, 500, 600, 1024),
        "ask": (ord("?"), ord("p"), ord("A")),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("timer", "encoder", "uart", "registers"),
)
