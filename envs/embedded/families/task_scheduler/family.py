"""Four periodic tasks share the processor, one of them long: priorities, deadlines, jitter within bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.embedded.checks import edges_of, show_time, square_wave, wrong
from ecot.envs.embedded.evidence import MICROSECOND, MILLISECOND, Record
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.scenes.places import pin_values, ports_of
from ecot.envs.types import Diagnostic

_PINS = (("PD12", "PD13", "PD14"), ("PE8", "PE10", "PE12"), ("PC1", "PB5", "PA7"), ("PB0", "PB1", "PC4"))


def _fill(params: Params) -> Mapping[str, str]:
    fast, slow, busy = _PINS[params["pins"]]
    return {
        **pin_values(fast, "fast_"), **pin_values(slow, "slow_"), **pin_values(busy, "busy_"), "ports": ports_of(fast, slow, busy),
        "fast_us": str(params["fast"]), "slow_us": str(params["slow"]), "busy_ms": str(params["busy"]), "busy_us": str(params["busy"] * 1000),
        "work_us": str(params["busy"] * 400), "work_most": str(params["busy"] * 600), "fast_reload": str(params["fast"] * 16 - 1),
        "slow_reload": str(params["slow"] - 1), "busy_reload": str(params["busy"] * 1000 - 1), "loops": str(params["busy"] * 500),
    }  # fmt: skip


def _scene(params: Params, random: Random) -> Scene:
    return Scene(milliseconds=4 + 6 * params["busy"] + random.randrange(params["busy"]), watch=_PINS[params["pins"]], work=20_000_000)


def _check(params: Params, scene: Scene, record: Record) -> Sequence[Diagnostic]:
    fast, slow, busy = _PINS[params["pins"]]
    found = []
    for pin, micros, late in ((fast, params["fast"], 5), (slow, params["slow"], 12)):
        found += square_wave(
            record, pin, hertz=500_000 / micros, span=late * MICROSECOND, since=3 * MILLISECOND,
            cycles=round((scene.milliseconds - 4) * 500 / micros) - 1, driver="gpio",
        )  # fmt: skip
    edges = edges_of(record, busy, since=2 * MILLISECOND)
    starts = [edge.time for edge in edges if edge.level]
    if len(starts) < 5:
        return [*found, wrong("missing_work", f"{busy} should show at least 5 rounds of work and shows {len(starts)}", symbol=busy)]
    for first, second in zip(starts, starts[1:], strict=False):
        if abs(second - first - params["busy"] * MILLISECOND) > 60 * MICROSECOND:
            found.append(wrong("wrong_period", f"{busy}: the work should begin every {params['busy']} ms; two rounds are {show_time(second - first)} apart at {show_time(first)}", symbol=busy))
            break
    for edge, after in zip(edges, edges[1:], strict=False):
        share = (after.time - edge.time) / MILLISECOND / params["busy"]
        if edge.level and not 0.4 <= share <= 0.6:
            found.append(wrong("wrong_work", f"{busy}: a round of work should last {params['busy'] * 400} us to {params['busy'] * 600} us; one lasts {show_time(after.time - edge.time)}", symbol=busy))
            break
    return found


FAMILY = Family(
    name="task_scheduler",
    revision=1,
    level=5,
    title="three periodic tasks with deadlines",
    choices={"pins": (0, 1, 2, 3), "fast": (40, 50, 80, 100, 125), "slow": (200, 250, 350, 450, 700), "busy": (4, 5, 7, 10)},
    fill=_fill,
    scene=_scene,
    check=_check,
    cosmetic=("pins",),
    held_out=True,
    tags=("timer", "interrupt", "priority", "real time"),
)
