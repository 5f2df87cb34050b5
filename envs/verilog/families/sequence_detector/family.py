"""A detector of a bit pattern in a stream: Moore, Mealy or pulsed output, overlap, valid, clear, count of matches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, Clocking, driven, listed, spelled, waveform
from ecot.envs.verilog.family import Family, Inputs, Outputs, Params, Port

_DETECT = {
    "moore": "`{detect}` depends on the accepted bits alone (Moore): after an edge that accepts a bit it is 1 where "
    "that bit completes a match and 0 where it does not{hold}.",
    "mealy": "`{detect}` depends on the present inputs too (Mealy): it is 1 at every moment at which "
    "{ready}`{data}`, taken as the next accepted bit, would complete a match, and 0 at every other moment. So it "
    "rises while the last bit is present, before the edge that accepts it.",
    "pulse": "`{detect}` is a pulse of one cycle: after every rising edge it is 1 where that edge accepted a bit "
    "that completes a match, and 0 otherwise, also after edges that accept no bit.",
}
_OVERLAP = {
    True: "The bits of a match may take part in later matches.",
    False: "Once a bit has completed a match, neither it nor any bit before it takes part in a later match.",
}
_COUNT = {
    "none": "There is no count of matches.",
    "wrap": "`{count}` is the number of matches since the latest reset, modulo 8: after 7 comes 0.",
    "saturate": "`{count}` is the number of matches since the latest reset; at 7 it stays, however many more there "
    "are.",
}
_COUNT_WIDTH = 3


def _clocking(params: Params) -> Clocking:
    return Clocking.of(params["naming"], params["reset"])


def _ports(params: Params) -> dict[str, Port]:
    """The ports by key."""
    ports = _clocking(params).ports()

    def add(key: str, names: tuple[str, str], direction: str, description: str, width: int = 1) -> None:
        name = spelled(params["naming"], *names, direction)
        ports[key] = Port(name=name, direction=direction, width=width, description=description)

    if params["clear"]:
        add("clear", ("clr", "forget"), "input", "forgets the bits accepted so far, synchronous, active high")
    if params["valid"]:
        add("valid", ("vld", "data_valid"), "input", "1 where there is a bit to accept")
    add("data", ("d", "data_bit"), "input", "the bit")
    add("detect", ("det", "detected"), "output", "match found")
    if params["count"] != "none":
        add("count", ("cnt", "match_count"), "output", "number of matches", _COUNT_WIDTH)
    return ports


def _transitions(pattern: str, overlap: bool) -> list[tuple[int, int]]:
    """For each number of matched bits, how many are matched after a 0 and after a 1."""

    def matched(stream: str) -> int:
        if stream == pattern and not overlap:
            return 0
        return max(length for length in range(len(pattern)) if stream.endswith(pattern[:length]))

    return [(matched(pattern[:state] + "0"), matched(pattern[:state] + "1")) for state in range(len(pattern))]


def _fill(params: Params) -> Mapping[str, str]:
    ports = _ports(params)
    words = {key: port.name for key, port in ports.items()} | _clocking(params).fill()
    example = waveform(SequenceDetector(params), _example(params), ports)
    return words | _text(params, words) | _verilog(params, words) | {"example": example}


def _text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Clauses of the instruction that depend on the draw."""
    pattern, clear, valid = params["pattern"], words.get("clear"), words.get("valid")
    conditions = [f"`{valid}` is 1"] * bool(valid) + [f"`{clear}` is 0"] * bool(clear)
    when = " and ".join(conditions)
    counted, mealy = params["count"] != "none", params["output"] == "mealy"
    hold = "; an edge that accepts no bit leaves it as it is" if valid else ""
    details = {**words, "hold": hold, "ready": f"{when} and " if when else ""}
    zeroed = [f"`{words['detect']}`"] * (not mealy) + [f"`{words.get('count')}`"] * counted
    quiet = "" if mealy else f" and `{words['detect']}` becomes 0"
    clear_text = f"A rising edge at which `{clear}` is 1 forgets all bits accepted so far and accepts none{quiet}."
    return {
        "pattern": pattern,
        "pattern_list": ", ".join(pattern),
        "earlier": str(len(pattern) - 1),
        "ordinal": ("third", "fourth", "fifth", "sixth")[len(pattern) - 3],
        "overlap_word": "may" if params["overlap"] else "do not",
        "accept_text": f"Every rising edge of `{words['clock']}`{f' at which {when}' if when else ''} accepts one "
        f"bit, the value of `{words['data']}`.",
        "or_clear": " or clear" if clear else "",
        "overlap_text": _OVERLAP[params["overlap"]],
        "detect_text": _DETECT[params["output"]].format_map(details),
        "clear_text": clear_text + (f" `{words['count']}` keeps its value." if counted else "")
        if clear
        else "There is no clear: only a reset forgets.",
        "count_text": _COUNT[params["count"]].format_map(words),
        "reset_state": f" and sets {listed(zeroed)} to 0" if zeroed else "",
        "gap_text": f"Cycles with `{valid}` 0 may come anywhere within a sequence and do not break it, whatever "
        f"`{words['data']}` is."
        if valid
        else "There are no gaps: every edge outside reset brings a bit.",
        "timing_text": _timing(params, words),
        "fallback_example": _fallback(pattern),
    }


def _timing(params: Params, words: Mapping[str, str]) -> str:
    count = f" `{words.get('count')}` comes from registers and counts a match at the edge that accepts its last bit."
    text = f"`{words['detect']}` comes from a register and changes right after rising edges of `{words['clock']}`."
    if params["output"] == "mealy":
        text = (
            f"`{words['detect']}` is combinational. `{words['reset']}` acts on it only by forgetting the bits, as "
            "told above."
        )
    return text + (count if params["count"] != "none" else "")


def _fallback(pattern: str) -> str:
    """The longest part of the pattern after which a wrong bit leaves something; there is one where bits differ."""
    after = {state: _transitions(pattern, True)[state][1 - int(pattern[state])] for state in range(len(pattern))}
    state = max(state for state, left in after.items() if left)
    return f"a {1 - int(pattern[state])} after {pattern[:state]} leaves {pattern[: after[state]]}"


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution that depend on the draw."""
    pattern, data, clear, valid = params["pattern"], words["data"], words.get("clear"), words.get("valid")
    width = (len(pattern) - 1).bit_length()
    registered, counted = params["output"] != "mealy", params["count"] != "none"
    ready = (f"{valid} && " if valid else "") + (f"!{clear} && " if clear else "") + "hit"
    step = "tally + 1'b1" if params["count"] == "wrap" else "(&tally) ? tally : tally + 1'b1"
    found, quiet = "            found <= hit;\n" * registered, "            found <= 1'b0;\n" * registered
    counter = f"            if (hit)\n                tally <= {step};\n" * counted
    return {
        "states": str(len(pattern)),
        "state_left": str(width - 1),
        "state_constants": "".join(
            f"    localparam [{width - 1}:0] S{state} = {state};\n" for state in range(len(pattern))
        ),
        "arms": _arms(pattern, params["overlap"], data),
        "other_arms": _arms(pattern, not params["overlap"], data),
        "naive_arms": _arms(pattern, params["overlap"], data, naive=True),
        "declarations": "    reg found;\n" * registered + f"    reg [{_COUNT_WIDTH - 1}:0] tally;\n" * counted,
        "resets": quiet + "            tally <= 0;\n" * counted,
        "clear_branch": f"if ({clear}) begin\n            state <= S0;\n{quiet}        end else " if clear else "",
        "guard": f"if ({valid}) " if valid else "",
        "updates": found + counter,
        "idle_branch": f" else begin\n{quiet}        end" if params["output"] == "pulse" and valid else "",
        "assigns": f"    assign {words['detect']} = {'found' if registered else ready};\n"
        + f"    assign {words.get('count')} = tally;\n" * counted,
        "never": f"    assign {words['detect']} = 1'b0;\n" + f"    assign {words.get('count')} = 3'd0;\n" * counted,
    }


def _arms(pattern: str, overlap: bool, data: str, *, naive: bool = False) -> str:
    """The arms of the case statement; naive ones start from nothing after every wrong bit."""
    lines = []
    for state, (zero, one) in enumerate(_transitions(pattern, overlap)):
        if naive:
            zero, one = (zero, 0) if pattern[state] == "0" else (0, one)
        last = state == len(pattern) - 1
        choice = f"next = {data} ? S{one} : S{zero};"
        hit = f" hit = {data if pattern[-1] == '1' else f'!{data}'};"
        lines.append(f"            default: begin {choice}{hit} end\n" if last else f"            S{state}: {choice}\n")
    return "".join(lines)


class SequenceDetector:
    """The specification, over the list of bits that still count. Nothing is known before the first reset."""

    def __init__(self, params: Params) -> None:
        """A module that has not been reset."""
        self._params = params
        self._clocking = _clocking(params)
        self._names = {key: port.name for key, port in _ports(params).items()}
        self._bits: str | None = None
        self._found = False
        self._matches = 0

    def settle(self, inputs: Inputs) -> Outputs:
        """Outputs for these inputs."""
        if self._clocking.resets_at_once(inputs):
            self._reset()
        if self._bits is None:
            return {self._names[key]: None for key in ("detect", "count") if key in self._names}
        detect = self._completes(inputs) if self._params["output"] == "mealy" else self._found
        outputs: dict[str, int | None] = {self._names["detect"]: int(detect)}
        if "count" in self._names:
            top = (1 << _COUNT_WIDTH) - 1
            wraps = self._params["count"] == "wrap"
            outputs[self._names["count"]] = self._matches % (top + 1) if wraps else min(self._matches, top)
        return outputs

    def clock(self, inputs: Inputs) -> None:
        """One rising edge."""
        if self._clocking.resets(inputs):
            self._reset()
        elif self._bits is None:
            return
        elif self._is_high("clear", inputs):
            self._bits, self._found = "", False
        elif self._accepts(inputs):
            self._found = self._completes(inputs)
            self._matches += self._found
            forget = self._found and not self._params["overlap"]
            self._bits = "" if forget else self._bits + str(inputs[self._names["data"]])
        elif self._params["output"] == "pulse":
            self._found = False

    def _reset(self) -> None:
        self._bits, self._found, self._matches = "", False, 0

    def _is_high(self, key: str, inputs: Inputs) -> bool:
        return key in self._names and inputs[self._names[key]] == 1

    def _accepts(self, inputs: Inputs) -> bool:
        offered = self._is_high("valid", inputs) or "valid" not in self._names
        return offered and not self._is_high("clear", inputs)

    def _completes(self, inputs: Inputs) -> bool:
        stream = f"{self._bits}{inputs[self._names['data']]}"
        return self._accepts(inputs) and stream.endswith(self._params["pattern"])


def _bits(text: str) -> list[dict[str, int]]:
    """A cycle per bit, each accepted."""
    return [{"valid": 1, "data": int(bit)} for bit in text]


def _example(params: Params) -> Sequence[Inputs]:
    """The pattern twice, sharing what it can, with a pause where there may be one."""
    pattern = params["pattern"]
    shared = next(size for size in range(len(pattern) - 1, -1, -1) if pattern.endswith(pattern[:size]))
    pause = [{"data": int(pattern[1])}] if params["valid"] else []
    cycles = [{"reset": 1}, *_bits(pattern[:2]), *pause, *_bits(pattern[2:] + pattern[shared:]), *pause]
    return driven([*cycles, *_bits("01")], _ports(params), _clocking(params))


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Every wrong bit before every remainder, gaps, clears and resets in matches, many matches, then biased streams."""
    pattern = params["pattern"]
    last = int(pattern[-1])
    cycles: list[dict[str, int]] = [{"reset": 1}, *_bits(pattern[-1] * 2)]
    cycles += [{"reset": 1, "valid": 1, "data": int(pattern[0])}, *_bits(pattern[1:] + pattern * 2 + pattern[1:] * 2)]
    for state in range(len(pattern)):
        for resumed in range(1, len(pattern)):
            cycles += _bits(pattern[:state] + str(1 - int(pattern[state])) + pattern[resumed:])
    # From a known state: a beginning that is none, and a match whose last bits begin the next.
    for resumed in range(1, len(pattern)):
        cycles += [{"reset": 1}, *_bits(str(1 - int(pattern[0])) + pattern[resumed:] + pattern[1:])]
        cycles += [{"reset": 1}, *_bits(pattern + pattern[resumed:])]
    for place in range(1, len(pattern) + 1):
        head, tail = _bits(pattern[:place]), _bits(pattern[place:])
        cycles += [*head, {"data": 0}, {"data": 1}, {"data": last}, *tail]
        cycles += [*head, {"clear": 1, "valid": 1, "data": int(pattern[place % len(pattern)])}, *tail]
    for state in (len(pattern), len(pattern) - 1):
        cycles += [{"reset": 1}, *_bits(pattern[:state]), {"reset": 1, "valid": 1, "data": last}]
    cycles += [*_bits(pattern * 10), {"clear": 1, "data": last}, {"data": last}, *_bits(pattern)]
    state, end = 0, max(400, len(cycles) + 80)
    while len(cycles) < end:
        right = random.random() < 0.8
        bit = int(pattern[state]) if right else random.randrange(2)
        cycles.append(
            {
                "reset": int(random.random() < 0.015),
                "clear": int(random.random() < 0.04),
                "valid": int(random.random() < 0.85),
                "data": bit,
            }
        )
        state = (state + cycles[-1]["valid"]) % len(pattern) if right else 0
    return driven(cycles, _ports(params), _clocking(params))


def _valid(params: Params) -> bool:
    """Without gaps in the stream a pulse is what the Moore output gives anyway."""
    return bool(params["output"] != "pulse" or params["valid"])


FAMILY = Family(
    name="sequence_detector",
    revision=1,
    level=3,
    title="detector of a bit pattern in a serial stream",
    choices={
        "pattern": ("101", "010", "0110", "1001", "1011", "0010", "1101", "01001", "01101", "11011", "10101", "110101"),
        "output": ("moore", "mealy", "pulse"),
        "overlap": (True, False),
        "valid": (False, True),
        "clear": (False, True),
        "count": ("none", "wrap", "saturate"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("sequence_detector", "pattern_detector", "matcher"),
    },
    ports=lambda params: list(_ports(params).values()),
    fill=_fill,
    model=SequenceDetector,
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    valid=_valid,
    tags=("sequential", "state machine"),
)
