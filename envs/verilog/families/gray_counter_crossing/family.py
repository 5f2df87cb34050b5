"""A counter of one clock, read on another: direction, limit, width, stages, code, change flag, resets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from ecot.envs.types import File
from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.crossing.pair import RECEIVING, SENDING, Pair, index_at
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


def pair(params: Params) -> Pair:
    """The two sides."""
    width = params["width"]
    sending = [("step", ("en", "count_enable"), "input", "count", 1)]
    if params["direction"] == "both":
        sending.append(("down", ("down", "count_down"), "input", "count downwards instead of upwards", 1))
    sending.append(("count", ("count", "count_here"), "output", "the count, in binary", width))
    code = {"binary": "in binary", "gray": "in Gray code"}[params["reading"]]
    receiving = [("seen", ("seen", "count_there"), "output", f"the count as known here, {code}", width)]
    if params["changed"]:
        receiving.append(("changed", ("moved", "count_moved"), "output", "the count known here has just changed", 1))
    return Pair.of(params, sending, receiving)


def stepped(params: Params, value: int, down: bool) -> int:
    """The count after one step."""
    last = (1 << int(params["width"])) - 1
    following = value - 1 if down else value + 1
    if params["limit"] == "stop":
        return min(max(following, 0), last)
    return following & last


def _downwards(params: Params, inputs: Mapping[str, int], sides: Pair) -> bool:
    return params["direction"] == "down" or (params["direction"] == "both" and bool(inputs[sides.name("down")]))


def _stimulus(params: Params, random: Random, clocks: Clocks) -> Mapping[str, Sequence[Inputs]]:
    """Runs of counting, fast and slow, long enough to meet both ends, and rests."""
    slow, until, share, down = slowest(clocks), 0, 0.0, 0.0

    def wish(number: int, applied: int) -> dict[str, int]:
        nonlocal until, share, down
        if applied >= until:
            until = applied + int(slow * random.uniform(0.3, 2.0) * (1 << params["width"]) / 2)
            share, down = random.choice((1.0, 1.0, 0.9, 0.5, 0.1, 0.0)), random.choice((0.0, 0.0, 1.0, 1.0, 0.5))
        return {"step": int(random.random() < share), "down": int(random.random() < down)}

    return pair(params).stimulus(random, clocks, {SENDING: wish}, idle={"step": 0, "down": 0}, margin=3)


def _violations(params: Params, recording: Recording) -> Iterator[Violation]:
    sides = pair(params)
    undisturbed = sides.undisturbed(recording)
    for side, key in ((SENDING, "count"), (RECEIVING, "seen"), (RECEIVING, "changed")):
        if key in sides.keys:
            yield from unsteady(recording[side], sides.name(key), sides.name(f"{side}_clock"), undisturbed)
    yield from resting(recording[SENDING], sides.clockings[SENDING], {sides.name("count"): 0})
    rest = {sides.name(key): 0 for key in ("seen", "changed") if key in sides.keys}
    yield from resting(recording[RECEIVING], sides.clockings[RECEIVING], rest)
    edges = {name: Edges(samples) for name, samples in recording.items()}
    for epoch in sides.epochs(recording):
        values, times = [0], [-1]
        yield from _counted(params, sides, epoch[SENDING], values, times)
        yield from _seen(params, sides, edges, epoch[RECEIVING], values, times)


def _counted(
    params: Params, sides: Pair, samples: Sequence[Sample], values: list[int], times: list[int]
) -> Iterator[Violation]:
    """The count itself has no latency; every value that it takes is noted, with the edge that brought it."""
    name = sides.name("count")
    for sample in samples:
        if sample.outputs[name] != values[-1]:
            message = f"`{name}` is {sample.outputs[name]} where it must be {values[-1]}"
            yield Violation(sample.edge, name, message)
        if sample.inputs[sides.name("step")]:
            values.append(stepped(params, values[-1], _downwards(params, sample.inputs, sides)))
            times.append(sample.edge)


def _seen(
    params: Params, sides: Pair, edges: Mapping[str, Edges], samples: Sequence[Sample], values: Sequence[int],
    times: Sequence[int],
) -> Iterator[Violation]:  # fmt: skip
    """What is read is a value that the counter had, in order, neither too new nor too old."""
    stages, here = params["stages"], edges[RECEIVING].times
    sure = [edges[SENDING].later(time, 1) or 1 << 62 for time in times]
    name, known, before = sides.name("seen"), 0, 0
    for sample in samples:
        newest = index_at(times, here[sample.number - stages]) - 1
        oldest = max(known, index_at(sure, here[sample.number - stages - 2]) - 1)
        got = sample.outputs[name]
        value = got if params["reading"] == "binary" or got is None else _decoded(got)
        found = [index for index in range(max(oldest, 0), max(newest, 0) + 1) if values[index] == value]
        if found:
            known = found[0]
        elif got is not None:
            wanted = sorted({_shown(params, values[index]) for index in range(max(oldest, 0), max(newest, 0) + 1)})
            texts = ", ".join(map(str, wanted[:6])) + (" ..." if len(wanted) > 6 else "")
            yield Violation(sample.edge, name, f"`{name}` is {got} where it must be one of: {texts}")
        if params["changed"] and sample.outputs[sides.name("changed")] != int(got != before):
            port = sides.name("changed")
            message = f"`{port}` is {sample.outputs[port]} where `{name}` went from {before} to {got}"
            yield Violation(sample.edge, port, message)
        before = got if got is not None else before


def _decoded(code: int) -> int:
    value = 0
    while code:
        value ^= code
        code >>= 1
    return value


def _shown(params: Params, value: int) -> int:
    return value if params["reading"] == "binary" else value ^ (value >> 1)


def _fill(params: Params) -> Mapping[str, str]:
    sides, stages, left = pair(params), params["stages"], params["width"] - 1
    words = sides.fill()
    names = [f"seen_{number}" for number in range(1, stages + 1)]
    shifts = zip(names, ["gray", *names], strict=False)
    binary = params["reading"] == "binary"
    early = "decoded_1" if stages > 2 else "binary(seen_1)"
    return (
        words
        | _text(params, words)
        | {
            "stages": str(stages),
            "latest": str(stages + 2),
            "latest_th": ordinal(stages + 2),
            "stages_th": ordinal(stages),
            "width": str(params["width"]),
            "left": str(left),
            "below": str(left - 1),
            "last_value": str((1 << params["width"]) - 1),
            "following": _following(params, words),
            "names": ", ".join(names),
            "final": names[-1],
            "cleared": "\n".join(f"            {name} <= 0;" for name in names),
            "shifted": "\n".join(f"            {name} <= {value};" for name, value in shifts),
            "read": f"binary({names[-1]})" if binary else names[-1],
            "binary_function": _BINARY.format(left=left, below=left - 1) if binary else "",
            "before_declared": f"    reg [{left}:0] earlier;" if params["changed"] else "",
            "before_cleared": "            earlier <= 0;" if params["changed"] else "",
            "before_kept": f"            earlier <= {names[-1]};" if params["changed"] else "",
            "changed_assigned": f"    assign {words.get('changed')} = earlier != {names[-1]};"
            if params["changed"]
            else "",
            "plain_read": names[-1] if binary else f"{names[-1]} ^ ({names[-1]} >> 1)",
            "shifted_at_once": "\n".join(f"            {name} <= gray;" for name in names),
            "decode_early": f"            decoded_1 <= binary(seen_1);\n            decoded <= {early};"
            if binary
            else "            decoded_1 <= seen_1 ^ (seen_1 >> 1);\n            decoded <= decoded_1 ^ "
            "(decoded_1 >> 1);",
            "changed_low": f"    assign {words.get('changed')} = 1'b0;" if params["changed"] else "",
        }
    )


_BINARY = """
    function [{left}:0] binary(input [{left}:0] code);
        integer index;
        begin
            binary[{left}] = code[{left}];
            for (index = {below}; index >= 0; index = index - 1)
                binary[index] = binary[index + 1] ^ code[index];
        end
    endfunction"""


def _following(params: Params, words: Mapping[str, str]) -> str:
    """The next count as an expression."""
    last = (1 << params["width"]) - 1
    up, down = "position + 1'b1", "position - 1'b1"
    if params["limit"] == "stop":
        up, down = f"(position == {last} ? position : {up})", f"(position == 0 ? position : {down})"
    return {"up": up, "down": down, "both": f"{words.get('down')} ? {down} : {up}"}[params["direction"]]


def _text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    last = (1 << params["width"]) - 1
    way = {
        "up": "goes up by one",
        "down": "goes down by one",
        "both": f"goes up by one where `{words.get('down')}` is 0, and down by one where it is 1",
    }
    ends = {
        "wrap": {
            "up": f"After {last} comes 0.",
            "down": f"After 0 comes {last}.",
            "both": f"Upwards, 0 comes after {last}; downwards, {last} comes after 0.",
        },
        "stop": {
            "up": f"At {last} it stops: further steps change nothing until a reset.",
            "both": f"It does not go above {last} or below 0: such steps change nothing.",
        },
    }
    code = {
        "binary": "as a binary number",
        "gray": "in reflected Gray code: the code of the number *n* is *n* xor (*n* shifted right by one)",
    }
    changed = ""
    if params["changed"]:
        changed = (
            f"\n5. **Change.** `{words['changed']}` is 1 exactly in the cycles of `{words['receiving_clock']}` "
            f"in which "
            f"`{words['seen']}` differs from what it was in the cycle before; right after a reset it is 0."
        )
    return {
        "way_text": way[params["direction"]],
        "ends_text": ends[params["limit"]][params["direction"]],
        "code_text": code[params["reading"]],
        "changed_text": changed,
    }


def _valid(params: Params) -> bool:
    """A counter that starts at its end would never move."""
    return not (params["direction"] == "down" and params["limit"] == "stop")


def _domains(params: Params) -> list[Domain]:
    return pair(params).domains()


def _files(params: Params) -> list[File]:
    return pair(params).files(top_of(FAMILY, params), _domains(params))


FAMILY = Family(
    name="gray_counter_crossing",
    revision=1,
    level=4,
    title="counter read by another clock",
    choices={
        "width": (3, 4, 6),
        "direction": ("up", "down", "both"),
        "limit": ("wrap", "stop"),
        "stages": (2, 3),
        "reading": ("binary", "gray"),
        "changed": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("gray_counter_crossing", "remote_counter", "count_across"),
    },
    ports=lambda params: pair(params).ports(),
    fill=_fill,
    model=no_model,
    stimulus=no_stimulus,
    cosmetic=("naming", "top"),
    valid=_valid,
    judge="crossing",
    files=_files,
    crossing=Crossing(domains=_domains, stimulus=_stimulus, violations=_violations, slow_cycles=240),
    tags=("sequential", "arithmetic", "cdc"),
)
