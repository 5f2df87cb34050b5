"""An asynchronous FIFO: depth, width, synchroniser stages, read mode, limits, levels, resets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random

from ecot.envs.types import File
from ecot.envs.verilog.clocking import NAMINGS, RESETS, Clocking, spelled
from ecot.envs.verilog.crossing.driver import driver_file
from ecot.envs.verilog.crossing.plan import Clocks, Crossing, Domain, Recording, Violation, no_model, no_stimulus
from ecot.envs.verilog.crossing.sides import (
    Wish,
    driven,
    end_of,
    inputs_in,
    near,
    ordinal,
    reset_spans,
    rules_text,
    side,
    side_fill,
    side_ports,
    slowest,
)
from ecot.envs.verilog.families.async_fifo.properties import violations
from ecot.envs.verilog.family import Family, Inputs, Params, Port
from ecot.envs.verilog.texts import top_of


def sides(params: Params) -> dict[str, Clocking]:
    """Clock and reset of both sides."""
    naming, reset = params["naming"], params["reset"]
    return {"write": side(naming, reset, "w", "write"), "read": side(naming, reset, "r", "read")}


def ports(params: Params) -> dict[str, Port]:
    """The ports by key."""
    clockings = sides(params)
    found = side_ports("write", clockings["write"])

    def add(key: str, names: tuple[str, str], direction: str, description: str, width: int = 1) -> None:
        name = spelled(params["naming"], *names, direction)
        found[key] = Port(name=name, direction=direction, width=width, description=description)

    level = params["depth"].bit_length()
    add("push", ("push", "write_enable"), "input", "write side: write a word")
    add("data", ("din", "write_data"), "input", "write side: the word to write", params["width"])
    add("full", ("full", "write_full"), "output", "write side: no room as far as this side knows")
    if params["levels"]:
        add("write_level", ("wlevel", "write_level"), "output", "write side: words held as far as it knows", level)
    found |= side_ports("read", clockings["read"])
    add("pop", ("pop", "read_enable"), "input", "read side: read a word")
    meaning = "the oldest word" if params["read"] == "fall_through" else "the word read last"
    add("word", ("dout", "read_data"), "output", f"read side: {meaning}", params["width"])
    add("empty", ("empty", "read_empty"), "output", "read side: no word as far as this side knows")
    if params["levels"]:
        add("read_level", ("rlevel", "read_level"), "output", "read side: words held as far as it knows", level)
    return found


def _domains(params: Params) -> list[Domain]:
    keys, clockings = ports(params), sides(params)
    guarded = params["overrun"] == "never"
    return [
        Domain(
            name="write",
            clock=clockings["write"].clock,
            inputs=inputs_in(keys, "write_reset", "push", "data"),
            outputs=inputs_in(keys, "full", "write_level"),
            gates={keys["push"].name: (keys["full"].name, 0)} if guarded else {},
        ),
        Domain(
            name="read",
            clock=clockings["read"].clock,
            inputs=inputs_in(keys, "read_reset", "pop"),
            outputs=inputs_in(keys, "word", "empty", "read_level"),
            gates={keys["pop"].name: (keys["empty"].name, 0)} if guarded else {},
        ),
    ]


def _stimulus(params: Params, random: Random, clocks: Clocks) -> Mapping[str, Sequence[Inputs]]:
    """Fills, drains, trickles and rests, each for some time; both sides quiet where resets begin and end."""
    keys, clockings, spans = ports(params), sides(params), reset_spans(clocks, random)
    slow, depth, width = slowest(clocks), params["depth"], params["width"]
    loads: list[tuple[int, float, float]] = [(spans[0][1] + slow * 8, 0.15, 0.15)]
    shares = ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.1, 0.1), (0.9, 0.3), (0.3, 0.9), (0.6, 0.6))
    while loads[-1][0] < end_of(clocks):
        until = loads[-1][0] + int(slow * random.uniform(0.3, 1.2) * (depth + 2))
        loads.append((until, *random.choice(shares)))

    def wish(share: int) -> Callable[[int, int, bool], Wish]:
        def wished(number: int, applied: int, active: bool) -> Wish:
            load = next((item for item in loads if applied < item[0]), loads[-1])
            go = not near(applied, spans, 4 * slow) and random.random() < load[share]
            return {("push", "pop")[share - 1]: int(go), "data": random.getrandbits(width)}

        return wished

    return {
        domain.name: driven(
            domain, keys, clocks[domain.name], spans, reset=clockings[domain.name].reset,
            level=clockings[domain.name].level, wish=wish(share),
        )
        for share, domain in enumerate(_domains(params), start=1)
    }  # fmt: skip


def _violations(params: Params, recording: Recording) -> Iterator[Violation]:
    return violations(params, {key: port.name for key, port in ports(params).items()}, sides(params), recording)


def _fill(params: Params) -> Mapping[str, str]:
    keys, clockings = ports(params), sides(params)
    words = {key: port.name for key, port in keys.items()}
    words |= side_fill("write", clockings["write"]) | side_fill("read", clockings["read"])
    top_bit, stages = params["depth"].bit_length() - 1, params["stages"]
    words |= {
        "depth": str(params["depth"]),
        "width": str(params["width"]),
        "stages": str(stages),
        "latest": str(stages + 2),
        "latest_th": ordinal(stages + 2),
        "stages_th": ordinal(stages),
        "data_left": str(params["width"] - 1),
        "top_bit": str(top_bit),
        "below": str(top_bit - 1),
        "rest": str(top_bit - 2),
        "last": str(params["depth"] - 1),
        "bits": str(top_bit + 1),
        "rules": rules_text(),
    }
    return words | _text(params, words) | _verilog(params, words)


def _text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    push, pop, full, empty = (f"`{words[key]}`" for key in ("push", "pop", "full", "empty"))
    overrun = {
        "refused": f"Where {push} is 1 while {full} is 1, nothing is written; where {pop} is 1 while {empty} is 1, "
        "nothing is read.",
        "never": f"The neighbours are well-behaved: {push} is 1 only while {full} is 0, and {pop} only while {empty} "
        "is 0. The module need not guard against anything else outside reset.",
    }
    read = {
        "fall_through": f"While {empty} is 0, `{words['word']}` shows the oldest word, without any read: a read "
        f"acknowledges the word that is shown. While {empty} is 1 it is unspecified.",
        "registered": f"At an edge that reads, `{words['word']}` takes the word that leaves; at all other edges "
        f"it keeps "
        "its value. Before the first read after a reset it is unspecified.",
    }
    levels, rest = "", f"{full} is 0, {empty} is 1"
    if params["levels"]:
        levels = (
            f"\n7. **Levels.** `{words['write_level']}` is the number of words held as the write side knows it: "
            f"all words "
            f"written up to now, less the reads that it has come to know of (rule 5). `{words['read_level']}` "
            f"is the number "
            "as the read side knows it: the written words that it has come to know of, less all words read up to now."
        )
        rest += ", and the levels are 0"
    return {
        "rest_text": rest,
        "overrun_text": overrun[params["overrun"]],
        "read_text": read[params["read"]],
        "levels_text": levels,
    }


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    stages, registered = params["stages"], params["read"] == "registered"
    guards = {"store": f"{words['push']} && !{words['full']}", "take": f"{words['pop']} && !{words['empty']}"}
    if params["overrun"] == "never":
        guards = {"store": words["push"], "take": words["pop"]}
    bits = int(words["bits"])
    found = dict(guards)
    for key in ("read", "write"):
        found[f"{key}_seen"] = f"{key}_chain[{stages * bits - 1}:{(stages - 1) * bits}]"
        found[f"{key}_below"] = f"{key}_chain[{(stages - 1) * bits - 1}:0]"
    found["chain_left"] = str(stages * bits - 1)
    found["word_text"] = f"    assign {words['word']} = memory[read_place[{words['below']}:0]];"
    if registered:
        found["word_text"] = (
            f"    reg [{words['data_left']}:0] read_word;\n"
            f"    always @(posedge {words['read_clock']})\n        if (take)\n"
            f"            read_word <= memory[read_place[{words['below']}:0]];\n    assign {words['word']} = read_word;"
        )
    found |= {"levels": "", "plain_levels": ""}
    if params["levels"]:
        found["levels"] = _BINARY.format(**words) + _LEVELS.format(**words, left="binary(", right=")")
        found["plain_levels"] = _LEVELS.format(**words, left="", right="")
    return found


_BINARY = """
    function [{top_bit}:0] binary(input [{top_bit}:0] code);
        integer index;
        begin
            binary[{top_bit}] = code[{top_bit}];
            for (index = {below}; index >= 0; index = index - 1)
                binary[index] = binary[index + 1] ^ code[index];
        end
    endfunction
"""
_LEVELS = """
    assign {write_level} = write_place - {left}read_seen{right};
    assign {read_level} = {left}write_seen{right} - read_place;
"""


def _files(params: Params) -> list[File]:
    return [driver_file(top_of(FAMILY, params), list(ports(params).values()), _domains(params))]


FAMILY = Family(
    name="async_fifo",
    revision=1,
    level=4,
    title="asynchronous FIFO",
    choices={
        "depth": (4, 8, 16),
        "width": (3, 8, 9),
        "stages": (2, 3),
        "read": ("fall_through", "registered"),
        "overrun": ("refused", "never"),
        "levels": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("async_fifo", "fifo_two_clocks", "crossing_queue"),
    },
    ports=lambda params: list(ports(params).values()),
    fill=_fill,
    model=no_model,
    stimulus=no_stimulus,
    cosmetic=("naming", "top"),
    judge="crossing",
    files=_files,
    crossing=Crossing(domains=_domains, stimulus=_stimulus, violations=_violations, slow_cycles=270),
    tags=("sequential", "memory", "cdc"),
)
