"""A saturating accumulator: sign, widths, subtraction, the range, what the flags remember, what clear does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, Clocking, driven, spelled, waveform
from ecot.envs.verilog.family import Family, Inputs, Outputs, Params, Port

_CLEAR = {
    "discard": "At a rising edge at which `{clear}` is 1 the accumulator and every flag become 0; an operation at "
    "the same edge is discarded.",
    "restart": "At a rising edge at which `{clear}` and `{enable}` are both 1, clearing comes first and the "
    "operation second: R is computed with 0 in place of the accumulator's value, and every flag becomes what this "
    "operation makes of a flag that is 0.",
}
_FLAGS = {
    "pulse": "A flag is 1 after an edge with such an operation and 0 after every other edge.",
    "last": "A flag tells about the latest operation: every operation sets it to 1 or 0, and it keeps its value at "
    "edges without operation or clear.",
    "sticky": "A flag is sticky: set to 1 by such an operation it stays 1, whatever later operations do, until a "
    "clear or a reset.",
}


def _clocking(params: Params) -> Clocking:
    return Clocking.of(params["naming"], params["reset"])


def _total_width(params: Params) -> int:
    return int(params["operand_width"] + params["growth"])


def _span(width: int, signed: bool) -> tuple[int, int]:
    """The smallest and the largest number of a type."""
    return (-(1 << width - 1), (1 << width - 1) - 1) if signed else (0, (1 << width) - 1)


def _range(params: Params) -> tuple[int, int]:
    """The smallest and the largest value of the accumulator."""
    width = _total_width(params)
    low, high = _span(width, params["signed"])
    if params["range"] == "full":
        return low, high
    return (-high, high) if params["signed"] else (0, 3 << width - 2)


def _ports(params: Params) -> dict[str, Port]:
    """The ports by key."""
    ports = _clocking(params).ports()
    signed = params["signed"]

    def add(key: str, names: tuple[str, str], direction: str, description: str, width: int = 1) -> None:
        name = spelled(params["naming"], *names, direction)
        ports[key] = Port(
            name=name, direction=direction, width=width, description=description, signed=signed and width > 1
        )

    add("clear", ("clr", "clear"), "input", "clear, synchronous, active high")
    add("enable", ("en", "accumulate"), "input", "1 where there is an operation")
    if params["subtraction"]:
        add("subtract", ("sub", "subtract"), "input", "0 adds, 1 subtracts")
    add("operand", ("din", "operand"), "input", "the operand", params["operand_width"])
    add("total", ("acc", "total"), "output", "the accumulator", _total_width(params))
    if params["flags"] == "separate":
        add("over", ("ovf", "overflow"), "output", "overflow flag")
        add("under", ("unf", "underflow"), "output", "underflow flag")
    else:
        add("saturated", ("sat", "saturated"), "output", "saturation flag")
    return ports


def _falls(params: Params) -> bool:
    """Whether an operation can leave the range at its lower end."""
    return bool(params["signed"] or params["subtraction"])


def _fill(params: Params) -> Mapping[str, str]:
    ports = _ports(params)
    low, high = _range(params)
    words = {key: port.name for key, port in ports.items()} | _clocking(params).fill()
    words |= {"minimum": str(low), "maximum": str(high), "total_width": str(_total_width(params))}
    example = waveform(SaturatingAccumulator(params), _example(params), ports)
    return words | _text(params, words) | _verilog(params, words) | {"example": example}


def _text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Clauses of the instruction that depend on the draw."""
    signed, both = params["signed"], params["subtraction"]
    low, high = _span(params["operand_width"], signed)
    added = f"the value of the accumulator plus `{words['operand']}`"
    saturates = "overflow or underflow" if _falls(params) else "overflow"
    return {
        "adds_up": "adds and subtracts" if both else "adds up",
        "signedness": "signed" if signed else "unsigned",
        "encoding": "signed, in two's complement" if signed else "unsigned",
        "range_remark": "" if params["range"] == "full" else "; other values of its bits do not occur",
        "result_text": f"{added} where `{words['subtract']}` is 0, and minus `{words['operand']}` where it is 1."
        if both
        else f"{added}.",
        "underflow_rule": f" Where R is smaller than {words['minimum']} the operation *underflows* and the accumulator "
        f"becomes {words['minimum']}."
        if _falls(params)
        else "",
        "clear_rule": _CLEAR[params["clear"]].format_map(words),
        "flag_meaning": f"`{words['over']}` is for operations that overflow, `{words['under']}` for those that "
        "underflow."
        if params["flags"] == "separate"
        else f"`{words['saturated']}` is for operations that {saturates}.",
        "flag_rule": _FLAGS[params["memory"]],
        "operand_minimum": str(low),
        "operand_maximum": str(high),
        "subtract_remark": f" Subtracting {low} adds {-low}." if signed and both else "",
    }


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution that depend on the draw."""
    width, falls, restart = _total_width(params), _falls(params), params["clear"] == "restart"
    signed = "signed " if params["signed"] else ""
    total_type = f"{signed}[{width - 1}:0] "
    sum_type = f"{'signed ' if falls else ''}[{width if params['signed'] or not falls else width + 1}:0] "
    clear, enable, operand = words["clear"], words["enable"], words["operand"]
    added, taken = f"base + {operand}", f"base - {operand}"
    inner = "(below ? MINIMUM : result)" if falls else "result"
    return {
        "total_type": total_type,
        "sum_type": sum_type,
        "minimum_constant": f"    localparam {sum_type}MINIMUM = {words['minimum']};\n" if falls else "",
        "base": f"{clear} ? 0 : value" if restart else "value",
        "result": f"{words['subtract']} ? {taken} : {added}" if params["subtraction"] else added,
        "wrong_result": f"{words['subtract']} ? {added} : {taken}" if params["subtraction"] else taken,
        "below_wire": "    wire below = result < MINIMUM;\n" if falls else "",
        "clear_first": f"{clear} && !{enable}" if restart else clear,
        "clear_later": clear if restart else f"{clear} && !{enable}",
        "saturated_result": f"above ? MAXIMUM : {inner}",
    } | _flag_pieces(params, words)


def _flag_pieces(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Registers of the flags, their reset, their next values and the outputs."""
    saturates = "above || below" if _falls(params) else "above"
    events = {"over": "above", "under": "below"} if params["flags"] == "separate" else {"saturated": saturates}
    sticky = params["memory"] == "sticky"
    kept = f" && !{words['clear']}" if params["clear"] == "restart" else ""
    resets = "".join(f"            {key}_flag <= 1'b0;\n" for key in events)
    return {
        "flag_registers": "".join(f"    reg {key}_flag;\n" for key in events),
        "flag_resets": resets,
        "flag_updates": "".join(
            f"            {key}_flag <= {event}{f' || ({key}_flag{kept})' if sticky else ''};\n"
            for key, event in events.items()
        ),
        "idle_branch": f" else begin\n{resets}        end" if params["memory"] == "pulse" else "",
        "flag_assigns": "".join(f"    assign {words[key]} = {key}_flag;\n" for key in events),
        "no_flags": "".join(f"    assign {words[key]} = 1'b0;\n" for key in events),
    }


class SaturatingAccumulator:
    """The specification, in integers without bounds. Nothing is known before the first reset."""

    def __init__(self, params: Params) -> None:
        """A module that has not been reset."""
        self._params = params
        self._clocking = _clocking(params)
        self._names = {key: port.name for key, port in _ports(params).items()}
        self._limits = _range(params)
        self._value: int | None = None
        self._events: set[str] = set()

    def settle(self, inputs: Inputs) -> Outputs:
        """Outputs for these inputs."""
        if self._clocking.resets_at_once(inputs):
            self._clear()
        flags = {"over": "over" in self._events, "under": "under" in self._events, "saturated": bool(self._events)}
        outputs: dict[str, int | None] = {self._names[key]: int(on) for key, on in flags.items() if key in self._names}
        if self._value is None:
            outputs = dict.fromkeys(outputs)
            return {**outputs, self._names["total"]: None}
        return {**outputs, self._names["total"]: self._value % (1 << _total_width(self._params))}

    def clock(self, inputs: Inputs) -> None:
        """One rising edge."""
        clear, operates = (bool(inputs[self._names[key]]) for key in ("clear", "enable"))
        if self._clocking.resets(inputs):
            self._clear()
        elif self._value is not None:
            if clear:
                self._clear()
            if operates and not (clear and self._params["clear"] == "discard"):
                self._operate(inputs)
            elif self._params["memory"] == "pulse":
                self._events = set()

    def _clear(self) -> None:
        self._value, self._events = 0, set()

    def _operate(self, inputs: Inputs) -> None:
        operand, width = inputs[self._names["operand"]], self._params["operand_width"]
        if self._params["signed"] and operand >= 1 << width - 1:
            operand -= 1 << width
        negative = "subtract" in self._names and inputs[self._names["subtract"]] == 1
        exact = (self._value or 0) + (-operand if negative else operand)
        low, high = self._limits
        self._value = min(max(exact, low), high)
        events = {"over"} if exact > high else {"under"} if exact < low else set()
        self._events = events | self._events if self._params["memory"] == "sticky" else events


def _example(params: Params) -> Sequence[Inputs]:
    """Up into saturation and away from it."""
    high = _span(params["operand_width"], params["signed"])[1]
    steps = _range(params)[1] // high + 1
    cycles = [{"reset": 1}] + [{"enable": 1, "operand": high}] * steps + [{}, {"enable": 1, "operand": 1}]
    cycles += [
        {"enable": 1, "clear": 1, "operand": 2},
        {},
        {"enable": 1, "subtract": 1, "operand": 3},
        {},
        {"clear": 1},
        {},
    ]
    return driven(cycles, _ports(params), _clocking(params))


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Aimed short of, at and past both ends of the range, with clears and resets in between, then random stretches."""
    script = _Script(params)
    script.play({"reset": 1}, {"reset": 1, "enable": 1, "operand": 1}, {}, {"enable": 1, "operand": 1})
    low, high = _range(params)
    for end, beyond in ((high, 1), (low, -1), (high, 2), (low, -2)):
        for target in (end - beyond, end, end, end + beyond, end - beyond, end + beyond):
            script.aim(target)
        script.play({}, {"operand": 1}, {"enable": 1, "operand": 0})
        script.play(
            {"enable": 1, "clear": 1, "operand": 3}, {"enable": 1, "operand": 1, "subtract": int(end < 0)}, {"clear": 1}
        )
    for end, beyond in ((high, 1), (low, -1)):
        for upset in ({"clear": 1}, {"clear": 1, "enable": 1, "operand": 1}, {"reset": 1, "enable": 1, "operand": 5}):
            script.aim(end + beyond)
            script.play({**upset, "subtract": int(end > 0)}, {})
        script.aim(end)
        script.play({"enable": 1, "clear": 1, "subtract": 1, "operand": 1 << params["operand_width"] - 1})
    while len(script.cycles) < 330:
        script.random_stretch(random)
    return driven(script.cycles, _ports(params), _clocking(params))


class _Script:
    """A stimulus under way, with a model that tells where the accumulator stands."""

    def __init__(self, params: Params) -> None:
        self.cycles: list[dict[str, int]] = []
        self._params = params
        self._ports = _ports(params)
        self._model = SaturatingAccumulator(params)

    def play(self, *cycles: dict[str, int]) -> None:
        """Append cycles."""
        for inputs in driven(cycles, self._ports, _clocking(self._params)):
            self._model.settle(inputs)
            self._model.clock(inputs)
        self.cycles += cycles

    def aim(self, target: int) -> None:
        """Append operations, eight at most, that bring the exact result to `target` if they can."""
        least, most = _span(self._params["operand_width"], self._params["signed"])
        for _ in range(8):
            distance = target - self._value()
            subtract = int(self._params["subtraction"] and (distance < 0 or (least < 0 and distance > most)))
            operand = max(least, min(most, -distance if subtract else distance))
            self.play({"enable": 1, "subtract": subtract, "operand": operand % (1 << self._params["operand_width"])})
            if (operand if not subtract else -operand) == distance:
                return

    def random_stretch(self, random: Random) -> None:
        """Append a run in one direction, mixed operations, a clear, a pause, a reset or aimed operations."""
        width = self._params["operand_width"]
        low, high = _range(self._params)
        kind = random.choices(("run", "mixed", "clear", "pause", "reset", "aim"), weights=(25, 25, 10, 15, 5, 20))[0]
        if kind == "aim":
            self.aim(random.choice((low - 1, low, low + 1, 0, high - 1, high, high + 1)))
            return
        subtract, large = random.randrange(2), random.choice(((1 << width - 1) - 1, 1 << width - 1, (1 << width) - 1))
        for _ in range(1 if kind in ("clear", "reset") else random.randrange(1, 7)):
            cycle = {"subtract": subtract, "operand": large, "enable": 1}
            if kind != "run":
                cycle = {
                    "subtract": random.randrange(2),
                    "operand": random.getrandbits(width),
                    "enable": random.randrange(2),
                }
            if kind == "pause":
                cycle["enable"] = 0
            self.play({**cycle, "clear": int(kind == "clear"), "reset": int(kind == "reset")})

    def _value(self) -> int:
        total = self._ports["total"]
        bits = self._model.settle(driven([{}], self._ports, _clocking(self._params))[0])[total.name] or 0
        return bits - (1 << total.width) if total.signed and bits >> total.width - 1 else bits


def _valid(params: Params) -> bool:
    """Two flags need two ends that an operation can pass."""
    return params["flags"] == "single" or _falls(params)


FAMILY = Family(
    name="saturating_accumulator",
    revision=1,
    level=2,
    title="saturating accumulator with flags and clear",
    choices={
        "signed": (False, True),
        "operand_width": (3, 4, 6, 8),
        "growth": (0, 1, 3),
        "subtraction": (False, True),
        "range": ("full", "reduced"),
        "clear": ("discard", "restart"),
        "flags": ("separate", "single"),
        "memory": ("pulse", "last", "sticky"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("saturating_accumulator", "sat_acc", "accumulator"),
    },
    ports=lambda params: list(_ports(params).values()),
    fill=_fill,
    model=SaturatingAccumulator,
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    valid=_valid,
    held_out=True,
    tags=("sequential", "arithmetic"),
)
