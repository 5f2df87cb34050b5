"""Four periodic tasks share the processor, one of them long: priorities, deadlines, jitter within bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from random import Random

from ecot.envs.embedded.checks import edges_of, no_drift, pulses, show_time, square_wave, wrong
from ecot.envs.embedded.evidence import MICROSECOND, MILLISECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.places import pin_values, ports_of
from ecot.envs.types import Diagnostic

_PINS = (("PD12", "PD13", "PD14"), ("PE8", "PE10", "PE12"), ("PC1", "PB5", "PA7"), ("PB0", "PB1", "PC4"))


def _fill(params: Params) -> Mapping[str, str]:
    fast, slow, busy = _PINS[params["pins"]]
    return {
        **pin_values(fast, "fast_"),
        **pin_values(slow, "slow_"),
        **pin_values(busy, "busy_"),
        "ports": ports_of(fast, slow, busy),
        "fast_us": str(params["fast"]),
        "slow_us": str(params["slow"]),
        "busy_ms": str(params["busy"]),
        "busy_us": str(params["busy"] * 1000),
        "work_us": str(params["busy"] * 400),
        "work_most": str(params["busy"] * 600),
        "fast_reload": str(params["fast"] - 1),
        "slow_reload": str(params["slow"] - 1),
        "busy_reload": str(params["busy"] * 1000 - 1),
        "loops": str(params["busy"] * 500),
    }


def _scene(params: Params, random: Random) -> Scene:
    return Scene(
        milliseconds=4 + 6 * params["busy"] + random.randrange(params["busy"]),
        watch=_PINS[params["pins"]],
        work=20_000_000,
    )


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    fast, slow, busy = _PINS[params["pins"]]
    found = square_wave(
        record,
        fast,
        hertz=500_000 / params["fast"],
        span=5 * MICROSECOND,
        cycles=round((scene.milliseconds - 2) * 500 / params["fast"]) - 1,
        driver="gpio",
    )
    found += _rounds(
        record,
        slow,
        params["slow"] * MICROSECOND,
        late=12,
        lengths=(20, 31),
        least=4 * params["busy"] * 1000 // params["slow"],
    )
    found += _rounds(
        record,
        busy,
        params["busy"] * MILLISECOND,
        late=60,
        lengths=(400 * params["busy"], 600 * params["busy"]),
        least=4,
    )
    if found:
        return found
    starts = ((fast, params["fast"]), (slow, params["slow"]), (busy, params["busy"] * 1000))
    for pin, micros in starts:
        times = [edge.time for edge in edges_of(record, pin) if edge.level or pin == fast]
        if not micros * MICROSECOND <= times[0] <= (micros + 300) * MICROSECOND:
            return [
                wrong(
                    "wrong_start",
                    f"{pin}: the first edge should come {micros} us to {micros + 300} us after reset and comes at "
                    f"{show_time(times[0])}",
                    symbol=pin,
                )
            ]
    return no_drift([edge.time for edge in edges_of(record, fast)], params["fast"] * MICROSECOND, fast) or _slow_drift(
        record, params
    )


def _slow_drift(record: Record, params: Params) -> Sequence[Diagnostic]:
    """The start of a task may be late by chance; the first and the last thirty hint at drift all the same."""
    for pin, micros in zip(_PINS[params["pins"]][1:], (params["slow"], params["busy"] * 1000), strict=True):
        times = [edge.time for edge in edges_of(record, pin) if edge.level]
        lags = [time - times[0] - number * micros * MICROSECOND for number, time in enumerate(times)]
        if min(lags[len(lags) // 2 :]) > 10 * MICROSECOND or max(lags[len(lags) // 2 :]) < -10 * MICROSECOND:
            return [wrong("drift", f"{pin}: rounds should come every {micros} us without drift", symbol=pin)]
    return []


def _rounds(
    record: Record, pin: str, period: int, *, late: int, lengths: tuple[int, int], least: int
) -> list[Diagnostic]:
    """Whether a task begins on time and lasts as long as it should; `late` and `lengths` in microseconds."""
    edges = edges_of(record, pin)
    starts = [edge.time for edge in edges if edge.level]
    if len(starts) < least:
        return [wrong("missing_work", f"{pin} should show {least} rounds at least and shows {len(starts)}", symbol=pin)]
    for first, second in pairwise(starts):
        if abs(second - first - period) > late * MICROSECOND:
            return [
                wrong(
                    "wrong_period",
                    f"{pin}: rounds should begin every {show_time(period)}; two are {show_time(second - first)} "
                    f"apart at {show_time(first)}",
                    symbol=pin,
                )
            ]
    for start, length in pulses(edges):
        if not lengths[0] * MICROSECOND <= length <= lengths[1] * MICROSECOND:
            return [
                wrong(
                    "wrong_work",
                    f"{pin}: a round should last {lengths[0]} us to {lengths[1]} us; the one at {show_time(start)} "
                    f"lasts {show_time(length)}",
                    symbol=pin,
                )
            ]
    return []


FAMILY = Family(
    name="task_scheduler",
    revision=1,
    level=5,
    title="three periodic tasks with deadlines",
    choices={
        "pins": (0, 1, 2, 3),
        "fast": (40, 50, 80, 100, 125),
        "slow": (200, 250, 350, 450, 700),
        "busy": (4, 5, 7, 10),
    },
    fill=_fill,
    scene=_scene,
    check=_check,
    cosmetic=("pins",),
    held_out=True,
    tags=("timer", "interrupt", "priority", "real time"),
)
