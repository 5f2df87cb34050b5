"""A pulse synchroniser: what is an event, what it becomes on the other side, busy or spaced events, levels, resets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from ecot.envs.types import File
from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.crossing.pair import RECEIVING, SENDING, Pair, Passage
from ecot.envs.verilog.crossing.plan import (
    Clocks,
    Crossing,
    Domain,
    Recording,
    Sample,
    Violation,
    no_model,
    no_stimulus,
)
from ecot.envs.verilog.crossing.properties import Edges, resting, unsteady
from ecot.envs.verilog.crossing.sides import ordinal, slowest
from ecot.envs.verilog.family import Family, Inputs, Params
from ecot.envs.verilog.texts import top_of

_SPACE = 5
"""Cycles of the slower clock between events that the sender spaces by itself."""
_LENGTHS = {"one": 1, "two": 2, "toggle": 0}


def pair(params: Params) -> Pair:
    """The two sides."""
    becomes = (
        "changes once per event" if params["becomes"] == "toggle" else f"active {params['out_level']} for an event"
    )
    sending = [("event", ("pulse", "event_in"), "input", f"tells of events, active {params['in_level']}", 1)]
    if params["flow"] == "busy":
        sending.append(("busy", ("busy", "event_busy"), "output", "an event is still on its way", 1))
    return Pair.of(params, sending, [("out", ("out", "event_out"), "output", becomes, 1)])


def _stimulus(params: Params, random: Random, clocks: Clocks) -> Mapping[str, Sequence[Inputs]]:
    """Events at drawn distances, held for one or several cycles; with `busy`, also many that must be ignored."""
    active = int(params["in_level"] == "high")
    space, spaced = _SPACE * slowest(clocks), params["flow"] == "spaced"
    following, left = 0, 0

    def wish(number: int, applied: int) -> dict[str, int]:
        nonlocal following, left
        if left == 0 and applied >= following and (spaced or random.random() < 0.4):
            left = random.randrange(1, 4) if params["event"] == "edge" or not spaced else 1
            distance = random.choice((1.0, 1.05, 1.3, 2.0))
            following = applied + int(space * distance if spaced else random.random() * space) + 1
        value = active if left else 1 - active
        left = max(0, left - 1)
        return {"event": value}

    return pair(params).stimulus(random, clocks, {SENDING: wish}, idle={"event": 1 - active})


def _violations(params: Params, recording: Recording) -> Iterator[Violation]:
    sides = pair(params)
    undisturbed = sides.undisturbed(recording)
    yield from unsteady(recording[RECEIVING], sides.name("out"), sides.name("receiving_clock"), undisturbed)
    if params["flow"] == "busy":
        yield from resting(recording[SENDING], sides.clockings[SENDING], {sides.name("busy"): 0})
        yield from unsteady(recording[SENDING], sides.name("busy"), sides.name("sending_clock"), undisturbed)
    yield from resting(
        recording[RECEIVING], sides.clockings[RECEIVING], {sides.name("out"): int(params["out_level"] == "low")}
    )
    edges = {name: Edges(samples) for name, samples in recording.items()}
    for epoch in sides.epochs(recording):
        events: list[int] = []
        yield from _sending(params, sides, edges, epoch[SENDING], events)
        yield from _receiving(params, sides, edges, epoch[RECEIVING], events)


def _sending(
    params: Params, sides: Pair, edges: Mapping[str, Edges], samples: Sequence[Sample], events: list[int]
) -> Iterator[Violation]:
    """Collect the events; `busy` covers each of them, and not much more."""
    stages, there, here = params["stages"], edges[RECEIVING], edges[SENDING]
    before, level = False, int(params["in_level"] == "high")
    for sample in samples:
        active = sample.inputs[sides.name("event")] == level
        free = True
        if params["flow"] == "busy":
            free = sample.outputs[sides.name("busy")] == 0
            back = there.later(events[-1], stages) if events else 0
            if free and back is not None and events and here.between(back, sample.edge) < stages:
                message = f"`{sides.name('busy')}` is 0 before the other side can have answered the last event"
                yield Violation(sample.edge, sides.name("busy"), message)
            if not free and _answered(stages, edges, events, sample):
                message = f"`{sides.name('busy')}` is 1 although no event is on its way any more"
                yield Violation(sample.edge, sides.name("busy"), message)
        if active and free and (params["event"] == "level" or not before):
            events.append(sample.edge)
        before = active


def _answered(stages: int, edges: Mapping[str, Edges], events: Sequence[int], sample: Sample) -> bool:
    """Whether the sending side must know that the last event arrived."""
    if not events:
        return True
    here, there = edges[SENDING], edges[RECEIVING]
    time: int | None = here.later(events[-1], 1)
    for side, count in ((there, stages + 2), (there, 1)):
        time = None if time is None else side.later(time, count)
    return time is not None and here.between(time, sample.edge) >= stages + 2


def _receiving(
    params: Params, sides: Pair, edges: Mapping[str, Edges], samples: Sequence[Sample], events: Sequence[int]
) -> Iterator[Violation]:
    """Every event shows once, in time and for as long as it should."""
    out, level, length = sides.name("out"), int(params["out_level"] == "high"), _LENGTHS[params["becomes"]]
    passage = Passage(edges[SENDING], edges[RECEIVING], params["stages"], params["stages"] + 2)
    before, shown, lasted = 1 - level, 0, 0
    for sample in samples:
        value = sample.outputs[out]
        begins = value != before if length == 0 else value == level and lasted == 0
        if begins:
            if shown == len(events) or passage.early(events[shown], sample):
                yield Violation(
                    sample.edge, out, f"`{out}` tells of an event that did not happen, or cannot be known yet"
                )
            shown = min(shown + 1, len(events))
        elif shown < len(events) and passage.due(events[shown], sample):
            yield Violation(
                sample.edge, out, f"`{out}` has not told of the event at {events[shown] / 1000:.1f} ns in time"
            )
            shown += 1
        if length and lasted and (value == level) != (lasted < length):
            yield Violation(
                sample.edge, out, f"`{out}` is active for too {'long' if value == level else 'short'} a time"
            )
        lasted = (lasted + 1) % (length + 1) if begins or lasted else 0
        before = value if value is not None else before


def _fill(params: Params) -> Mapping[str, str]:
    sides, stages = pair(params), params["stages"]
    words = sides.fill()
    event, out, last = words["event"], words["out"], stages - 1
    active = event if params["in_level"] == "high" else f"~{event}"
    busy = params["flow"] == "busy"
    happens = "active & ~was_active" if params["event"] == "edge" else "active"
    shows = {"one": "arrival", "two": "arrival | again", "toggle": f"seen[{last}]"}[params["becomes"]]
    inverted = "" if params["out_level"] == "high" else "~"
    return (
        words
        | _text(params, words)
        | {
            "stages": str(stages),
            "latest": str(stages + 2),
            "latest_th": ordinal(stages + 2),
            "stages_th": ordinal(stages),
            "last": str(last),
            "below": str(last - 1),
            "active": active,
            "happens": f"{happens} & ~{words['busy']}" if busy else happens,
            "shows": f"{inverted}({shows})",
            "shows_unsettled": f"{inverted}(seen[0])" if params["becomes"] == "toggle" else f"{inverted}({shows})",
            "was_declared": "    reg was_active;" if params["event"] == "edge" else "",
            "was_cleared": "            was_active <= 1'b0;" if params["event"] == "edge" else "",
            "was_kept": "            was_active <= active;" if params["event"] == "edge" else "",
            "back_declared": f"    reg [{last}:0] back;" if busy else "",
            "back_cleared": "            back <= 0;" if busy else "",
            "back_shifted": f"            back <= {{back[{last - 1}:0], seen[{last}]}};" if busy else "",
            "busy_assigned": f"    assign {words['busy']} = toggle ^ back[{last}];" if busy else "",
            "again_declared": "    reg again;" if params["becomes"] == "two" else "",
            "again_cleared": "            again <= 1'b0;" if params["becomes"] == "two" else "",
            "again_kept": "            again <= arrival;" if params["becomes"] == "two" else "",
            "last_declared": "" if params["becomes"] == "toggle" else "    reg last;",
            "last_cleared": "" if params["becomes"] == "toggle" else "            last <= 1'b0;",
            "last_kept": "" if params["becomes"] == "toggle" else f"            last <= seen[{last}];",
            "arrival": "" if params["becomes"] == "toggle" else f"    wire arrival = seen[{last}] ^ last;",
            "busy_low": f"    assign {words['busy']} = 1'b0;" if busy else "",
            "arrival_found": "" if params["becomes"] == "toggle" else f"    wire arrival = found[{last - 1}];",
            "last_first": ""
            if params["becomes"] == "toggle"
            else "            last <= seen[0];\n            found <= {found, seen[0] ^ last};",
            "out": out,
        }
    )


def _text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    event, out, active = f"`{words['event']}`", f"`{words['out']}`", int(params["in_level"] == "high")
    what = {
        "level": f"Every rising edge of `{words['sending_clock']}` at which {event} is {active} is an event, "
        f"also where "
        "one follows another.",
        "edge": f"A rising edge of `{words['sending_clock']}` at which {event} is {active}, and was "
        f"{1 - active} at the "
        f"rising edge before, is an event. Before the first edge after a reset {event} counts as {1 - active}.",
    }
    level = int(params["out_level"] == "high")
    becomes = {
        "one": f"{out} becomes {level} for exactly one cycle of `{words['receiving_clock']}`, and is "
        f"{1 - level} otherwise",
        "two": f"{out} becomes {level} for exactly two cycles of `{words['receiving_clock']}`, and is "
        f"{1 - level} otherwise",
        "toggle": f"{out} changes its value once and keeps it until the next event; after a reset it is {1 - level}",
    }
    stages, busy = params["stages"], f"`{words.get('busy')}`"
    flow = {
        "spaced": f"Events are at least {_SPACE} cycles of the slower clock apart; the sender sees to that, and "
        f"the module "
        "need not tell it anything.",
        "busy": f"After the edge of an event {busy} is 1, and it stays 1 until the answer of the receiving side "
        f"has come "
        f"back through a synchroniser of {stages} flip-flops. What would be an event is ignored, and is none, at edges "
        f"where {busy} is 1. {busy} falls at the earliest after the {ordinal(stages)} rising edge of "
        f"`{words['sending_clock']}` that follows the {ordinal(stages)} rising edge of "
        f"`{words['receiving_clock']}` after the "
        f"event. It falls at the latest {stages + 2} rising edges of `{words['sending_clock']}` after the "
        f"rising edge of "
        f"`{words['receiving_clock']}` that follows the latest one of rule 3.",
    }
    return {
        "event_text": what[params["event"]],
        "becomes_text": becomes[params["becomes"]],
        "flow_text": flow[params["flow"]],
    }


def _valid(params: Params) -> bool:
    """Answered events may follow each other after as many cycles as there are stages; pulses must not touch."""
    return not (params["becomes"] == "two" and params["flow"] == "busy" and params["stages"] == 2)


def _domains(params: Params) -> list[Domain]:
    return pair(params).domains()


def _files(params: Params) -> list[File]:
    return pair(params).files(top_of(FAMILY, params), _domains(params))


FAMILY = Family(
    name="pulse_synchroniser",
    revision=1,
    level=4,
    title="pulse synchroniser",
    choices={
        "event": ("level", "edge"),
        "becomes": ("one", "two", "toggle"),
        "flow": ("spaced", "busy"),
        "stages": (2, 3),
        "in_level": ("high", "low"),
        "out_level": ("high", "low"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("pulse_synchroniser", "event_crossing", "toggle_link"),
    },
    ports=lambda params: pair(params).ports(),
    fill=_fill,
    model=no_model,
    stimulus=no_stimulus,
    cosmetic=("naming", "top"),
    valid=_valid,
    judge="crossing",
    files=_files,
    crossing=Crossing(domains=_domains, stimulus=_stimulus, violations=_violations, slow_cycles=300),
    tags=("sequential", "cdc"),
)
