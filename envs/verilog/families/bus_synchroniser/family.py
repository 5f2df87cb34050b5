"""A bus synchroniser: who keeps the word still, what the receiver makes of it, start value, strobe, stages, resets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from ecot.envs.types import File
from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.crossing.pair import RECEIVING, SENDING, Lines, Pair, Passage
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

_SPACE = 7
"""Cycles of the slower clock between two words."""


def pair(params: Params) -> Pair:
    """The two sides."""
    width = params["width"]
    sending: Lines = [
        ("send", ("send", "send_word"), "input", "a word is sent", 1),
        ("data", ("din", "word_in"), "input", "the word", width),
    ]
    receiving: Lines = [
        ("word", ("dout", "word_out"), "output", "what has become of the words received", width),
        *(
            [("strobe", ("stb", "word_strobe"), "output", "a word has just been received", 1)]
            if params["strobe"]
            else []
        ),
    ]
    return Pair.of(params, sending, receiving)


def start(params: Params) -> int:
    """The value of the receiving register after a reset."""
    return (1 << int(params["width"])) - 1 if params["start"] == "ones" else 0


def received(params: Params, before: int, word: int) -> int:
    """The value of the receiving register after a word."""
    last = (1 << int(params["width"])) - 1
    return {"replace": word, "sum": before + word & last, "difference": before ^ word}[params["effect"]]


def _stimulus(params: Params, random: Random, clocks: Clocks) -> Mapping[str, Sequence[Inputs]]:
    """Words at drawn distances; between them the data port changes, unless it must be steady."""
    slow, following, kept = slowest(clocks), 0, 0

    def wish(number: int, applied: int) -> dict[str, int]:
        nonlocal following, kept
        sends = applied >= following
        if sends:
            following = applied + int(_SPACE * slow * random.choice((1.0, 1.0, 1.2, 2.0))) + 1
            kept = random.getrandbits(params["width"])
        free = params["keeper"] == "module" and not sends
        return {"send": int(sends), "data": random.getrandbits(params["width"]) if free else kept}

    return pair(params).stimulus(random, clocks, {SENDING: wish}, idle={"send": 0})


def _violations(params: Params, recording: Recording) -> Iterator[Violation]:
    sides = pair(params)
    undisturbed = sides.undisturbed(recording)
    rest = {sides.name("word"): start(params)} | ({sides.name("strobe"): 0} if params["strobe"] else {})
    for name in rest:
        yield from unsteady(recording[RECEIVING], name, sides.name("receiving_clock"), undisturbed)
    yield from resting(recording[RECEIVING], sides.clockings[RECEIVING], rest)
    edges = {name: Edges(samples) for name, samples in recording.items()}
    for epoch in sides.epochs(recording):
        sent = [
            (sample.edge, sample.inputs[sides.name("data")])
            for sample in epoch[SENDING]
            if sample.inputs[sides.name("send")]
        ]
        yield from _received(params, sides, edges, epoch[RECEIVING], sent)


def _received(
    params: Params, sides: Pair, edges: Mapping[str, Edges], samples: Sequence[Sample], sent: Sequence[tuple[int, int]]
) -> Iterator[Violation]:
    """Every word takes effect once, within its time, and with the strobe where there is one."""
    passage = Passage(edges[SENDING], edges[RECEIVING], params["stages"], params["stages"] + 3)
    word, count, value = sides.name("word"), 0, start(params)
    for sample in samples:
        got, begins = sample.outputs[word], False
        if count < len(sent) and not passage.early(sent[count][0], sample):
            following = received(params, value, sent[count][1])
            begins = sample.outputs[sides.name("strobe")] == 1 if params["strobe"] else got == following
            if begins or passage.due(sent[count][0], sample):
                value, count = following, count + 1
        if got != value:
            yield Violation(sample.edge, word, f"`{word}` is {'x' if got is None else got} where it must be {value}")
        if params["strobe"] and sample.outputs[sides.name("strobe")] != int(begins):
            port = sides.name("strobe")
            yield Violation(sample.edge, port, f"`{port}` is {sample.outputs[port]} where it must be {int(begins)}")


def _fill(params: Params) -> Mapping[str, str]:
    sides, stages, width = pair(params), params["stages"], params["width"]
    words, module = sides.fill(), params["keeper"] == "module"
    source = "held" if module else words["data"]
    effect = {"replace": source, "sum": f"result + {source}", "difference": f"result ^ {source}"}[params["effect"]]
    strobe = params["strobe"]
    return (
        words
        | _text(params, words)
        | {
            "width": str(width),
            "left": str(width - 1),
            "stages": str(stages),
            "latest": str(stages + 3),
            "latest_th": ordinal(stages + 3),
            "stages_th": ordinal(stages),
            "last": str(stages - 1),
            "below": str(stages - 2),
            "space": str(_SPACE),
            "start": f"{{{width}{{1'b{int(params['start'] == 'ones')}}}}}",
            "start_value": str(start(params)),
            "held_declared": f"    reg [{width - 1}:0] held;" if module else "",
            "held_kept": f"    always @(posedge {words['sending_clock']})\n        if ({words['send']})\n"
            f"            held <= {words['data']};"
            if module
            else "",
            "effect": effect,
            "strobe_declared": "    reg fresh;" if strobe else "",
            "strobe_cleared": "            fresh <= 1'b0;" if strobe else "",
            "strobe_kept": "            fresh <= arrival;" if strobe else "",
            "strobe_assigned": f"    assign {words['strobe']} = fresh;" if strobe else "",
            "found_declared": "    reg found;" if stages == 3 else "",
            "found_cleared": "            found <= 1'b0;" if stages == 3 else "",
            "found_kept": "            found <= seen[0] ^ known;" if stages == 3 else "",
            "arrival_unsettled": "found" if stages == 3 else "seen[0] ^ known",
            "effect_of_second": effect.replace(source, "second"),
        }
    )


def _text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    data, send, word = f"`{words['data']}`", f"`{words['send']}`", f"`{words['word']}`"
    keeper = {
        "module": f"{data} is valid at that edge only: the module has to keep the word until it has been received.",
        "sender": f"{data} keeps this value until the next word is sent; the sender sees to that.",
    }
    effect = {
        "replace": f"{word} becomes the word",
        "sum": f"the word is added to {word}, modulo 2 to the power of {params['width']}",
        "difference": f"{word} becomes the bitwise exclusive or of what it was and the word",
    }
    strobe = ""
    if params["strobe"]:
        strobe = (
            f"\n5. **New.** `{words['strobe']}` is 1 for exactly one cycle of `{words['receiving_clock']}` per "
            f"word: the first "
            f"one in which {word} shows the effect of the word. Else it is 0."
        )
    return {
        "keeper_text": keeper[params["keeper"]],
        "effect_text": effect[params["effect"]],
        "strobe_text": strobe,
        "strobe_rest": f" and `{words['strobe']}` is 0" if params["strobe"] else "",
        "send_text": send,
    }


def _domains(params: Params) -> list[Domain]:
    return pair(params).domains()


def _files(params: Params) -> list[File]:
    return pair(params).files(top_of(FAMILY, params), _domains(params))


FAMILY = Family(
    name="bus_synchroniser",
    revision=1,
    level=4,
    title="bus with a synchronised enable",
    choices={
        "width": (4, 8, 12),
        "stages": (2, 3),
        "keeper": ("module", "sender"),
        "effect": ("replace", "sum", "difference"),
        "start": ("zeros", "ones"),
        "strobe": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("bus_synchroniser", "word_link", "enabled_crossing"),
    },
    ports=lambda params: pair(params).ports(),
    fill=_fill,
    model=no_model,
    stimulus=no_stimulus,
    cosmetic=("naming", "top"),
    held_out=True,
    judge="crossing",
    files=_files,
    crossing=Crossing(domains=_domains, stimulus=_stimulus, violations=_violations, slow_cycles=300),
    tags=("sequential", "cdc"),
)
