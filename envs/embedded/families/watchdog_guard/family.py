"""A watchdog guards a heartbeat: span, refresh by condition only, and the cause of the last reset reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import register, sent, show_time, wrong
from ecot.envs.embedded.evidence import MILLISECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.inputs import level
from ecot.envs.embedded.scenes.places import pin_values, ports_of, signal_values
from ecot.envs.types import Diagnostic

_SERIAL = ("USART2 PA2", "USART6 PC6", "USART3 PD8", "UART4 PC10")


def _fill(params: Params) -> Mapping[str, str]:
    port, out = params["serial"].split()
    return {
        **pin_values(params["heart"], "heart_"),
        **signal_values(f"{port}_TX", out, "tx_"),
        "ports": ports_of(params["heart"], out),
        "port": port,
        "divider": str(round(16_000_000 / 115200)),
        "reload": str(params["span"] * 8 - 1),
        "cold": chr(params["cold"]),
        "again": chr(params["cold"] + 1),
    }


def _scene(params: Params, random: Random) -> Scene:
    stimuli, when, value, last = [level(params["heart"], 0, 0)], 4_000_000, 0, 0
    span = params["span"]
    for count in (random.randrange(5, 9), random.randrange(4, 7)):
        for _ in range(count):
            value = 1 - value
            stimuli.append(level(params["heart"], when, value))
            last, when = when, when + round(span * random.uniform(0.4, 0.85) * 1_000_000)
        # Two resets later, well between the second and a third.
        when = last + round(span * random.uniform(2.3, 2.7) * 1_000_000)
    beats = [item["at"] * 1000 for item in stimuli[1:]]
    return Scene(
        milliseconds=when / 1e6, stimuli=stimuli, registers=("RCC.CSR",), expected={"resets": True, "beats": beats}
    )


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    span, beats = params["span"] * MILLISECOND, scene.expected["beats"]
    bites, fed = [], 0
    for beat in [*beats, record.time + span]:
        while beat - fed > span:
            fed += span
            bites.append(fed)
        fed = beat
    causes = [cause for _, cause in record.resets]
    if set(causes) - {"iwdg"}:
        return [
            wrong(
                "wrong_reset",
                "only the independent watchdog should reset the chip; it was reset by "
                f"{', '.join(sorted(set(causes)))}",
            )
        ]
    times = [time for time, _ in record.resets]
    for number, due in enumerate(bites):
        if due > record.time - MILLISECOND:
            break
        if number >= len(times) or abs(times[number] - due) > MILLISECOND // 10:
            got = show_time(times[number]) if number < len(times) else "never"
            return [
                wrong(
                    "wrong_reset",
                    f"the watchdog should reset the chip at {show_time(due)}, {params['span']} ms after the last "
                    f"beat or start; it did at {got}",
                )
            ]
    if len(times) > len(bites):
        return [
            wrong("wrong_reset", f"the watchdog reset the chip {len(times)} times; {len(bites)} times it had reason to")
        ]
    flags = register(record, "RCC.CSR", 0, mask=1 << 29, why="IWDGRSTF is removed after the start")
    if flags:
        return flags
    wanted = bytes([params["cold"], *[params["cold"] + 1] * len(times)])
    return sent(record, params["serial"].split()[0], wanted, baud=115200, clock=16_000_000)


FAMILY = Family(
    name="watchdog_guard",
    revision=1,
    level=3,
    title="a watchdog fed by a heartbeat",
    choices={
        "heart": ("PA0", "PB2", "PC13", "PE4", "PG7"),
        "serial": _SERIAL,
        "span": (8, 10, 12, 16, 20, 24),
        "cold": (ord("A"), ord("C"), ord("0"), ord("x")),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    tags=("watchdog", "reset", "uart", "registers"),
)
