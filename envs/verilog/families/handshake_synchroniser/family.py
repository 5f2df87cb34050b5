"""A handshake synchroniser: width, stages, two or four phases, delivery, idle word, completion flag, resets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.types import File
from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.crossing.pair import RECEIVING, SENDING
from ecot.envs.verilog.crossing.plan import Clocks, Crossing, Domain, no_model, no_stimulus
from ecot.envs.verilog.crossing.sides import ordinal, slowest
from ecot.envs.verilog.families.handshake_synchroniser.properties import pair, violations
from ecot.envs.verilog.family import Family, Inputs, Params
from ecot.envs.verilog.texts import top_of


def _stimulus(params: Params, random: Random, clocks: Clocks) -> Mapping[str, Sequence[Inputs]]:
    """Offers and takes, eager and lazy in turns; data change all the time."""
    slow, until, offers, takes = slowest(clocks), 0, 0.0, 0.0

    def mood(applied: int) -> None:
        nonlocal until, offers, takes
        if applied >= until:
            until = applied + int(slow * random.uniform(8, 25))
            offers, takes = random.choice((1.0, 1.0, 0.5, 0.1)), random.choice((1.0, 0.5, 0.1, 0.02))

    def send(number: int, applied: int) -> dict[str, int]:
        mood(applied)
        return {"valid": int(random.random() < offers), "data": random.getrandbits(params["width"])}

    def take(number: int, applied: int) -> dict[str, int]:
        return {"take": int(random.random() < takes)}

    wishes = {SENDING: send, RECEIVING: take}
    return pair(params).stimulus(random, clocks, wishes, idle={"valid": 0, "data": 0, "take": 0})


def _fill(params: Params) -> Mapping[str, str]:
    sides, stages = pair(params), params["stages"]
    words, last = sides.fill(), stages - 1
    two, held = params["protocol"] == "two_phase", params["delivery"] == "held"
    taken = f"present & {words.get('take')}"
    kept = params["between"] == "kept"
    leaves = (
        f"        else if ({words.get('take')})\n            word_held <= 0;"
        if held
        else "        else\n            word_held <= 0;"
    )
    answer = {
        (True, False): f"seen[{last}]",
        (True, True): f"answer ^ ({taken})",
        (False, False): f"seen[{last}]",
        (False, True): f"seen[{last}] & (answer | {taken})",
    }[two, held]
    arrives = f"seen[{last}] ^ answer" if two else f"seen[{last}] & ~answer"
    return (
        words
        | _text(params, words)
        | {
            "width": str(params["width"]),
            "stages": str(stages),
            "latest": str(stages + 3),
            "latest_th": ordinal(stages + 3),
            "stages_th": ordinal(stages),
            "last": str(last),
            "below": str(last - 1),
            "left": str(params["width"] - 1),
            "ready_value": f"request ~^ back[{last}]" if two else f"~request & ~back[{last}]",
            "request_next": "request ^ accept" if two else f"accept | request & ~back[{last}]",
            "arrives": f"({arrives}) & ~present" if held else arrives,
            "present_next": "arrives | present & ~" + words["take"] if held else "arrives",
            "answer_next": answer,
            "word_edges": f"posedge {words['receiving_clock']}" if kept else words["receiving_edges"],
            "word_reset": ""
            if kept
            else f"        if ({words['receiving_reset_active']})\n            word_held <= 0;\n        else",
            "word_leaves": "" if kept else leaves,
            "unheld": words["data"],
            "was_declared": "    reg was_ready;" if params["done"] else "",
            "was_set": "            was_ready <= 1'b1;" if params["done"] else "",
            "was_kept": f"            was_ready <= {words['ready']};" if params["done"] else "",
            "done_assigned": f"    assign {words['done']} = {words['ready']} & ~was_ready;" if params["done"] else "",
        }
    )


def _text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    names = {key: f"`{words[key]}`" for key in ("arrived", "word", "ready", "receiving_clock", "sending_clock")}
    take, done, stages = f"`{words.get('take')}`", f"`{words.get('done')}`", params["stages"]
    delivery = {
        "pulse": f"{names['arrived']} is 1 for exactly one cycle of {names['receiving_clock']} per word. The "
        f"word counts as "
        "delivered at the rising edge that ends this cycle.",
        "held": f"{names['arrived']} stays 1 until a rising edge of {names['receiving_clock']} at which {take} "
        f"is 1; the "
        f"word counts as delivered at that edge, and {names['arrived']} is 0 after it. {take} has no effect while "
        f"{names['arrived']} is 0.",
    }
    between = {
        "kept": f"While {names['arrived']} is 0, {names['word']} keeps the last word; before the first word "
        f"after a reset it "
        "is unspecified.",
        "zero": f"While {names['arrived']} is 0, {names['word']} is 0.",
    }
    begins = {
        "pulse": f"the {ordinal(stages)} rising edge of {names['receiving_clock']} that follows the acceptance",
        "held": "the delivery",
    }[params["delivery"]]
    protocol = {
        "two_phase": f"The handshake has two phases: a request changes its level for every word, and so does "
        f"the answer. "
        f"{names['ready']} returns to 1 at the earliest after the {ordinal(stages)} rising edge of "
        f"{names['sending_clock']} that "
        f"follows {begins}. It returns at the latest after the {ordinal(stages + 2)} rising edge of "
        f"{names['sending_clock']} that "
        f"follows the next rising edge of {names['receiving_clock']} after the delivery.",
        "four_phase": "The handshake has four phases: the request rises, the answer rises, the request falls, "
        "the answer "
        f"falls. {names['ready']} returns to 1 when the fall of the answer is known. Each of the last three takes at "
        f"least {stages} rising edges of the clock of the side that learns of it, the first of them counted "
        f"from {begins}; "
        f"the fall of the request takes one more. Each takes at most {stages + 2} of them, counted from the "
        f"next rising "
        "edge of the other clock after its cause, the first cause being the delivery, and the request and the "
        "answer fall "
        "at the next edge at the latest.",
    }
    text = (
        f"\n6. **Completion.** {done} is 1 exactly in each first cycle of `{words['sending_clock']}` in which "
        f"{names['ready']}"
    )
    return {
        "delivery_text": delivery[params["delivery"]],
        "between_text": between[params["between"]],
        "protocol_text": protocol[params["protocol"]],
        "done_text": f"{text} is 1 again after a word." if params["done"] else "",
        "done_rest": f", {done} is 0" if params["done"] else "",
        "zero_rest": f", {names['word']} is 0" if params["between"] == "zero" else "",
    }


def _domains(params: Params) -> list[Domain]:
    return pair(params).domains()


def _files(params: Params) -> list[File]:
    return pair(params).files(top_of(FAMILY, params), _domains(params))


FAMILY = Family(
    name="handshake_synchroniser",
    revision=1,
    level=4,
    title="handshake between two clocks",
    choices={
        "width": (4, 8, 13),
        "stages": (2, 3),
        "protocol": ("two_phase", "four_phase"),
        "delivery": ("pulse", "held"),
        "between": ("kept", "zero"),
        "done": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("handshake_synchroniser", "word_crossing", "request_answer_link"),
    },
    ports=lambda params: pair(params).ports(),
    fill=_fill,
    model=no_model,
    stimulus=no_stimulus,
    cosmetic=("naming", "top"),
    judge="crossing",
    files=_files,
    crossing=Crossing(domains=_domains, stimulus=_stimulus, violations=violations, slow_cycles=300),
    tags=("sequential", "cdc"),
)
