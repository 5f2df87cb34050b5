"""A synchronous FIFO: depth, width, read mode, writes into a full queue, level, thresholds and error flags."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, Clocking, driven, listed, spelled, waveform
from ecot.envs.verilog.family import Family, Inputs, Outputs, Params, Port

_FULL = {
    "refuse": "Where `{push}` is 1 and the queue is full, nothing is written and `{data}` is lost, even where a word "
    "is read at the same edge.",
    "exchange": "Where `{push}` is 1, the queue is full and `{pop}` is 1, the read makes room: the oldest word leaves, "
    "`{data}` enters, and the queue stays full. Where `{pop}` is 0 nothing is written and `{data}` is lost.",
    "overwrite": "Where `{push}` is 1 and the queue is full, `{data}` enters as the newest word all the same and the "
    "oldest word leaves: read where `{pop}` is 1, lost where `{pop}` is 0. The queue stays full.",
}
_READ = {
    "fall_through": "`{word}` shows the oldest word held, without any read: a read acknowledges the word that is "
    "shown. While the queue is empty `{word}` is unspecified.",
    "registered": "At an edge that reads, `{word}` takes the word that leaves the queue; at all other edges it keeps "
    "its value, also when words are written or lost.",
}
_ERROR = {
    "none": "There are no error outputs; reads from an empty queue and words that are lost go unreported.",
    "pulse": "After each rising edge `{overflow}` is 1 where a word was lost at that edge (rule 3) and 0 otherwise; "
    "`{underflow}` is 1 where that edge was to read from an empty queue (rule 1) and 0 otherwise.",
    "sticky": "`{overflow}` becomes 1 at an edge at which a word is lost (rule 3), `{underflow}` at one that is to "
    "read from an empty queue (rule 1); both then stay 1 until a reset.",
}


def _clocking(params: Params) -> Clocking:
    return Clocking.of(params["naming"], params["reset"])


def _ports(params: Params) -> dict[str, Port]:
    """The ports by key."""
    ports = _clocking(params).ports()

    def add(key: str, names: tuple[str, str], direction: str, description: str, width: int = 1) -> None:
        name = spelled(params["naming"], *names, direction)
        ports[key] = Port(name=name, direction=direction, width=width, description=description)

    add("push", ("push", "wr_en"), "input", "write")
    add("data", ("din", "wr_data"), "input", "the word to write", params["width"])
    add("pop", ("pop", "rd_en"), "input", "read")
    add("word", ("dout", "rd_data"), "output", _WORD[params["read"]], params["width"])
    add("full", ("full", "fifo_full"), "output", "the queue is full")
    add("empty", ("empty", "fifo_empty"), "output", "the queue is empty")
    if params["margin"]:
        add("almost_full", ("afull", "almost_full"), "output", "the queue is nearly full")
        add("almost_empty", ("aempty", "almost_empty"), "output", "the queue is nearly empty")
    if params["level"]:
        add("level", ("level", "word_count"), "output", "number of words held", params["depth"].bit_length())
    if params["errors"] != "none":
        add("overflow", ("ovf", "overflow"), "output", f"a word was lost, {params['errors']}")
        add("underflow", ("unf", "underflow"), "output", f"read from an empty queue, {params['errors']}")
    return ports


_WORD = {"fall_through": "the oldest word", "registered": "the word read last"}


def _fill(params: Params) -> Mapping[str, str]:
    ports = _ports(params)
    words = {key: port.name for key, port in ports.items()} | _clocking(params).fill()
    words |= {"depth": str(params["depth"]), "width": str(params["width"])}
    example = waveform(Queue(params), _example(params), ports)
    return words | _text(params, words) | _verilog(params, words) | {"example": example}


def _text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Clauses of the instruction that depend on the draw."""
    margin, depth, falls = params["margin"], params["depth"], params["read"] == "fall_through"
    zeroed = [f"`{words['word']}`"] * (not falls)
    zeroed += [f"`{words['overflow']}`", f"`{words['underflow']}`"] if params["errors"] != "none" else []
    errors = " Error flags come from registers." if params["errors"] != "none" else ""
    read = (
        f"`{words['word']}` is valid before the edge that reads"
        if falls
        else f"`{words['word']}` comes from a register"
    )
    return {
        "read_summary": "The oldest word is visible before it is read (first-word fall-through)."
        if falls
        else "A word appears at the output after the edge that reads it.",
        "full_text": _FULL[params["full"]].format_map(words),
        "read_text": _READ[params["read"]].format_map(words),
        "error_text": _ERROR[params["errors"]].format_map(words),
        "almost_text": f" `{words['almost_full']}` is 1 exactly while {depth - margin} or more words are held, "
        f"`{words['almost_empty']}` exactly while {margin} or fewer are, so also while the queue is full or empty."
        if margin
        else "",
        "level_text": f" `{words['level']}` is the number of words held, 0 to {depth}." if params["level"] else "",
        "reset_state": f", and sets {listed(zeroed)} to 0" if zeroed else "",
        "timing_text": "The outputs of rule 6 depend on the number of words held alone and change right after the "
        f"edge that changes it. {read}; no output depends on the present inputs{_by_reset(params)}.{errors}",
        "odd_depth": "" if depth & depth - 1 == 0 else f", although {depth} is no power of two",
        "latency_text": f"A word written into an empty queue is shown by `{words['word']}` right after the edge that "
        "writes it."
        if falls
        else "A word written into an empty queue can be read from the next rising edge on.",
    }


def _by_reset(params: Params) -> str:
    return " but the reset" if params["reset"].startswith("async") else ""


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution that depend on the draw."""
    depth, push, pop = params["depth"], words["push"], words["pop"]
    overwrites = params["full"] == "overwrite"
    store = {"refuse": f"{push} && !is_full", "exchange": f"{push} && (!is_full || {pop})", "overwrite": push}[
        params["full"]
    ]
    lost = f"{push} && is_full" + ("" if params["full"] == "refuse" else f" && !{pop}")
    errors, registered = params["errors"] != "none", params["read"] == "registered"
    kept = " || {}" if params["errors"] == "sticky" else ""
    step = "{0} + 1'b1" if depth & depth - 1 == 0 else "({0} >= DEPTH - 1) ? 0 : {0} + 1'b1"
    word = words["word"]
    read = "            if (take)\n                read_word <= memory[head];\n"
    return {
        "data_left": str(params["width"] - 1),
        "place_left": str((depth - 1).bit_length() - 1),
        "level_left": str(depth.bit_length() - 1),
        "declarations": f"    reg [{params['width'] - 1}:0] read_word;\n" * registered
        + "    reg lost_word;\n    reg missed_read;\n" * errors,
        "store": store,
        "lose_wire": f"    wire lose = {lost};\n" if overwrites or errors else "",
        "next_tail": step.format("tail"),
        "next_head": step.format("head"),
        "advance": "take || lose" if overwrites else "take",
        "leaves": "(take || lose)" if overwrites else "take",
        "resets": "            read_word <= 0;\n" * registered
        + "            lost_word <= 1'b0;\n            missed_read <= 1'b0;\n" * errors,
        "updates": read * registered
        + f"            lost_word <= lose{kept.format('lost_word')};\n" * errors
        + f"            missed_read <= {pop} && is_empty{kept.format('missed_read')};\n" * errors,
        "assigns": f"    assign {word} = {'read_word' if registered else 'memory[head]'};\n" + _assigns(params, words),
    }


def _assigns(params: Params, words: Mapping[str, str]) -> str:
    """Assignments of the outputs that not every draw has."""
    margin = params["margin"]
    lines = []
    if margin:
        lines.append(f"    assign {words['almost_full']} = held >= DEPTH - {margin};\n")
        lines.append(f"    assign {words['almost_empty']} = held <= {margin};\n")
    if params["level"]:
        lines.append(f"    assign {words['level']} = held;\n")
    if params["errors"] != "none":
        lines.append(f"    assign {words['overflow']} = lost_word;\n")
        lines.append(f"    assign {words['underflow']} = missed_read;\n")
    return "".join(lines)


class Queue:
    """The specification, over a queue of integers. Nothing is known before the first reset."""

    def __init__(self, params: Params) -> None:
        """A module that has not been reset."""
        self._params = params
        self._clocking = _clocking(params)
        self._names = {key: port.name for key, port in _ports(params).items()}
        self._words: deque[int] | None = None
        self._read = 0
        self._overflow = self._underflow = False

    def settle(self, inputs: Inputs) -> Outputs:
        """Outputs for these inputs."""
        if self._clocking.resets_at_once(inputs):
            self._reset()
        keys = ("word", "full", "empty", "almost_full", "almost_empty", "level", "overflow", "underflow")
        present = [key for key in keys if key in self._names]
        if self._words is None:
            return {self._names[key]: None for key in present}
        held, depth, margin = len(self._words), self._params["depth"], self._params["margin"]
        oldest = self._words[0] if self._words else None
        values = {
            "word": oldest if self._params["read"] == "fall_through" else self._read,
            "full": int(held == depth),
            "empty": int(held == 0),
            "almost_full": int(depth - held <= margin),
            "almost_empty": int(held <= margin),
            "level": held,
            "overflow": int(self._overflow),
            "underflow": int(self._underflow),
        }
        return {self._names[key]: values[key] for key in present}

    def clock(self, inputs: Inputs) -> None:
        """One rising edge."""
        if self._clocking.resets(inputs):
            self._reset()
        elif self._words is not None:
            self._step(self._words, inputs)

    def _reset(self) -> None:
        self._words, self._read = deque(), 0
        self._overflow = self._underflow = False

    def _step(self, words: deque[int], inputs: Inputs) -> None:
        push, pop = (bool(inputs[self._names[key]]) for key in ("push", "pop"))
        was_full, was_empty = len(words) == self._params["depth"], not words
        if pop and not was_empty:
            self._read = words.popleft()
        lost = push and was_full and (self._params["full"] == "refuse" or not pop)
        if not lost or self._params["full"] == "overwrite":
            words.extend([inputs[self._names["data"]]] * push)
        while len(words) > self._params["depth"]:
            words.popleft()
        sticky = self._params["errors"] == "sticky"
        self._overflow = lost or (sticky and self._overflow)
        self._underflow = (pop and was_empty) or (sticky and self._underflow)


def _example(params: Params) -> Sequence[Inputs]:
    """A read from the empty queue, filling it, one more write, and reads."""
    words = [{"push": 1, "data": 1 + number} for number in range(params["depth"] + 1)]
    cycles = [{"reset": 1}, {"pop": 1}, {}, *words, {"push": 1, "pop": 1, "data": 7}, {"pop": 1}, {"pop": 1}, {}]
    return driven(cycles, _ports(params), _clocking(params))


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Every way of meeting full and empty, several turns of the pointers, resets, then shifting random loads."""
    depth, width = params["depth"], params["width"]

    def cycle(push: int, pop: int, **others: int) -> dict[str, int]:
        return {"push": push, "pop": pop, "data": random.getrandbits(width), **others}

    fill, drain = [(1, 0)] * depth, [(0, 1)] * depth
    both, idle, write, read = [(1, 1)], [(0, 0)], [(1, 0)], [(0, 1)]
    plan = idle + fill + idle + write + idle + drain + idle
    plan += fill + both * 3 + read * 2 + both * 2 + write * 3 + idle + drain + idle
    plan += write + both * (depth + 2) + read + idle
    cycles = [cycle(0, 0, reset=1), cycle(1, 1, reset=1), *(cycle(*step) for step in plan)]
    cycles += [cycle(0, 1), cycle(0, 0), cycle(0, 0), cycle(1, 1), cycle(0, 0), cycle(0, 1)]
    cycles += [*(cycle(*step) for step in fill + write + read), cycle(1, 1, reset=1), cycle(0, 0), cycle(1, 0)]
    cycles += [cycle(0, 1), cycle(0, 1), cycle(0, 0), cycle(0, 0, reset=1), cycle(0, 0)]
    while len(cycles) < 380:
        load = random.choice(((0.9, 0.2), (0.2, 0.9), (0.6, 0.6), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.1, 0.1)))
        for _ in range(random.randrange(1, depth + 4)):
            push, pop = (int(random.random() < share) for share in load)
            cycles.append(cycle(push, pop, reset=int(random.random() < 0.008)))
    return driven(cycles, _ports(params), _clocking(params))


def _valid(params: Params) -> bool:
    """The almost flags leave something between them."""
    return bool(2 * params["margin"] < params["depth"])


FAMILY = Family(
    name="fifo",
    revision=1,
    level=3,
    title="synchronous FIFO",
    choices={
        "depth": (2, 3, 4, 6, 8, 12),
        "width": (3, 8, 12),
        "read": ("fall_through", "registered"),
        "full": ("refuse", "exchange", "overwrite"),
        "errors": ("none", "pulse", "sticky"),
        "margin": (0, 1, 2),
        "level": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("fifo", "sync_fifo", "word_queue"),
    },
    ports=lambda params: list(_ports(params).values()),
    fill=_fill,
    model=Queue,
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    valid=_valid,
    tags=("sequential", "memory"),
)
