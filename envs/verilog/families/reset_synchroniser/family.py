"""A reset synchroniser: stages, levels, stretching, and several outputs that are released one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from ecot.envs.types import File
from ecot.envs.verilog.clocking import NAMINGS, spelled
from ecot.envs.verilog.crossing.driver import driver_file
from ecot.envs.verilog.crossing.plan import (
    Clocks,
    Crossing,
    Domain,
    Recording,
    Sample,
    Violation,
    applied_at,
    no_model,
    no_stimulus,
)
from ecot.envs.verilog.crossing.properties import Edges
from ecot.envs.verilog.crossing.sides import end_of, ordinal, rules_text
from ecot.envs.verilog.family import Family, Inputs, Params, Port, Role
from ecot.envs.verilog.texts import top_of


def ports(params: Params) -> dict[str, Port]:
    """The ports by key."""
    naming, found = params["naming"], {}

    def add(key: str, names: tuple[str, str], direction: str, description: str, role: Role = Role.DATA) -> None:
        name = names[0] if role is Role.CLOCK and naming == "short" else spelled(naming, *names, direction)
        found[key] = Port(name=name, direction=direction, description=description, role=role)

    add("clock", ("clk", "clock"), "input", "clock, rising edge", Role.CLOCK)
    add(
        "reset", ("arst", "reset_in"), "input", f"reset that comes at any time, active {params['in_level']}", Role.RESET
    )
    for number in range(params["outputs"]):
        text = f"reset output {number}, active {params['out_level']}"
        add(f"out{number}", (f"rst{number}", f"reset_out_{number}"), "output", text)
    return found


def _domains(params: Params) -> list[Domain]:
    keys = ports(params)
    outputs = tuple(keys[f"out{number}"].name for number in range(params["outputs"]))
    return [
        Domain(name="clocked", clock=keys["clock"].name, inputs=(), outputs=outputs),
        Domain(name="free", clock="", inputs=(keys["reset"].name,), outputs=outputs),
    ]


def _stimulus(params: Params, random: Random, clocks: Clocks) -> Mapping[str, Sequence[Inputs]]:
    """Resets at any time, shorter and longer than a cycle, with pauses in which a release ends or does not."""
    keys, slow = ports(params), max(cycle.length for cycle in clocks["clocked"])
    whole = _whole(params) * slow
    changes, time = [0], int(3 * slow)
    while time < end_of(clocks):
        changes.append(time)
        time += int(random.choice((0.3, 0.6, 1.05, 1.05, 1.3)) * whole)
        changes.append(time)
        time += int(random.choice((0.1, 0.6, 1.5, 2.5)) * slow)
    active = int(params["in_level"] == "high")
    resets: list[Inputs] = []
    for applied in applied_at(clocks["free"]):
        count = sum(change <= applied for change in changes)
        resets.append({keys["reset"].name: active if count % 2 else 1 - active})
    return {"clocked": [{} for _ in clocks["clocked"]], "free": resets}


def _whole(params: Params) -> int:
    """Edges from the end of a reset to the release of the last output, and some to spare."""
    return int(params["stages"] + params["stretch"] + params["gap"] * (params["outputs"] - 1) + 4)


def _violations(params: Params, recording: Recording) -> Iterator[Violation]:
    """Outputs are active while the reset is, at once, and are released one after the other."""
    keys = ports(params)
    reset, active_in = keys["reset"].name, int(params["in_level"] == "high")
    names = [keys[f"out{number}"].name for number in range(params["outputs"])]
    active, resets = int(params["out_level"] == "high"), []
    for sample, after in zip(recording["free"], [*recording["free"][1:], None], strict=True):
        if sample.inputs[reset] == active_in:
            resets.append((sample.applied, after.applied if after else 1 << 62))
            for name in names:
                if {sample.early[name], sample.outputs[name]} != {active}:
                    yield Violation(sample.edge, name, f"`{name}` is not {active} although `{reset}` is {active_in}")
    yield from _released(params, recording["clocked"], resets, names)


def _released(
    params: Params, samples: Sequence[Sample], resets: Sequence[tuple[int, int]], names: Sequence[str]
) -> Iterator[Violation]:
    """When each output is released, by edges, and that nothing else changes it."""
    edges, active = Edges(samples), int(params["out_level"] == "high")
    count, first = 0, None
    for sample in samples:
        begins = False
        while count < len(resets) and resets[count][0] < sample.edge:
            begins, count, first = begins or resets[count][0] > sample.applied, count + 1, None
        if count == 0 or resets[count - 1][1] >= sample.edge:
            continue
        end = resets[count - 1][1]
        most, least = edges.between(end - 1, sample.edge), edges.between(end, sample.edge)
        for number, name in enumerate(names):
            due = params["stages"] + params["stretch"] + number * params["gap"]
            early, late = sample.early[name], sample.outputs[name]
            if late is None:
                yield Violation(sample.edge, name, f"`{name}` is unknown (x or z)", "unknown_value")
            elif late != active and most < due:
                message = f"`{name}` is released {most} rising edges after the reset; it takes at least {due}"
                yield Violation(sample.edge, name, message)
            elif late == active and least > due:
                message = f"`{name}` is still {active} {least} rising edges after the reset; it takes at most {due + 1}"
                yield Violation(sample.edge, name, message)
            if early != late and not begins and sample.applied > end:
                yield Violation(sample.edge, name, f"`{name}` changes between rising edges of the clock")
            if number == 0 and late != active and first is None:
                first = least
            wanted = first is not None and least >= first + number * params["gap"]
            if number and (late != active) != wanted:
                message = f"`{name}` is not released exactly {number * params['gap']} rising edges after `{names[0]}`"
                yield Violation(sample.edge, name, message)


def _fill(params: Params) -> Mapping[str, str]:
    keys, stages, stretch = ports(params), params["stages"], params["stretch"]
    words = {key: port.name for key, port in keys.items()} | {"rules": rules_text()}
    high, active_out = params["in_level"] == "high", int(params["out_level"] == "high")
    places = [stages - 1 + stretch + number * params["gap"] for number in range(params["outputs"])]
    inverted = "~" if active_out else ""
    assigns = [f"    assign {words[f'out{number}']} = {inverted}seen[{place}];" for number, place in enumerate(places)]
    texts = [f"`{words[f'out{number}']}`" for number in range(params["outputs"])]
    order = ""
    if params["outputs"] > 1:
        order = (
            f"\n4. **Order.** The outputs are released one after the other, in the order {', '.join(texts)}, "
            f"each exactly "
            f"{params['gap']} rising edge{'s' * (params['gap'] > 1)} of `{words['clock']}` after the one before."
        )
    return words | {
        "stages": str(stages),
        "first_out": words["out0"],
        "last": str(places[-1]),
        "below": str(places[-1] - 1),
        "at_once": f"{{seen[{places[-1] - 1}:{stages - 1}], {{{stages}{{1'b1}}}}}}"
        if places[-1] > stages - 1
        else f"{{{stages}{{1'b1}}}}",
        "edges": f"posedge {words['clock']} or {'posedge' if high else 'negedge'} {words['reset']}",
        "reset_active": words["reset"] if high else f"!{words['reset']}",
        "active_in": str(int(high)),
        "active_out": str(active_out),
        "inactive_out": str(1 - active_out),
        "all_outputs": " and ".join(texts) if len(texts) < 3 else ", ".join(texts[:-1]) + f" and {texts[-1]}",
        "least_th": ordinal(stages + stretch),
        "most_th": ordinal(stages + stretch + 1),
        "stretch_text": f" and waits for {stretch} further edges" if stretch else "",
        "order_text": order,
        "assigns": "\n".join(assigns),
        "plain_assigns": "\n".join(
            f"    assign {words[f'out{number}']} = {'' if high == bool(active_out) else '~'}{words['reset']};"
            for number in range(params["outputs"])
        ),
    }


def _valid(params: Params) -> bool:
    """A gap needs two outputs."""
    return bool(params["outputs"] > 1 or params["gap"] == 1)


def _files(params: Params) -> list[File]:
    return [driver_file(top_of(FAMILY, params), list(ports(params).values()), _domains(params))]


FAMILY = Family(
    name="reset_synchroniser",
    revision=1,
    level=4,
    title="reset synchroniser",
    choices={
        "stages": (2, 3, 4),
        "stretch": (0, 3, 6, 9),
        "outputs": (1, 2, 3),
        "gap": (1, 2, 4),
        "in_level": ("high", "low"),
        "out_level": ("high", "low"),
        "naming": NAMINGS,
        "top": ("reset_synchroniser", "reset_release", "reset_bridge"),
    },
    ports=lambda params: list(ports(params).values()),
    fill=_fill,
    model=no_model,
    stimulus=no_stimulus,
    cosmetic=("naming", "top"),
    valid=_valid,
    judge="crossing",
    files=_files,
    crossing=Crossing(domains=_domains, stimulus=_stimulus, violations=_violations, slow_cycles=300),
    tags=("sequential", "reset", "cdc"),
)
