"""A counter: direction, modulus, wrap or saturation, reset style, enable, load and terminal count are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.family import Family, Inputs, Outputs, Params, Port, Role

_NAMES: Mapping[str, Mapping[str, str]] = {
    "short": {
        "clock": "clk",
        "reset_high": "rst",
        "reset_low": "rst_n",
        "enable_high": "en",
        "enable_low": "en_n",
        "load": "ld",
        "data": "d",
        "down": "dn",
        "count": "q",
        "terminal": "tc",
    },
    "long": {
        "clock": "clock",
        "reset_high": "reset",
        "reset_low": "reset_n",
        "enable_high": "enable",
        "enable_low": "hold",
        "load": "load",
        "data": "load_value",
        "down": "count_down",
        "count": "count",
        "terminal": "terminal_count",
    },
    "suffixed": {
        "clock": "clk_i",
        "reset_high": "rst_i",
        "reset_low": "rst_ni",
        "enable_high": "en_i",
        "enable_low": "en_ni",
        "load": "load_i",
        "data": "data_i",
        "down": "down_i",
        "count": "count_o",
        "terminal": "last_o",
    },
}


def _name(params: Params, signal: str) -> str:
    """The port's identifier in the draw's naming style; resets and enables are named for their polarity."""
    polarity = f"_{params[signal]}" if signal == "enable" else f"_{params['reset_level']}" if signal == "reset" else ""
    return _NAMES[params["naming"]][signal + polarity]


def _last(params: Params) -> int:
    """The largest value of the count."""
    moduli: Mapping[str, int] = {"full": 1 << params["width"], "decade": 10, "odd": (1 << params["width"]) - 3}
    return moduli[str(params["modulus"])] - 1


def _reset_value(params: Params) -> int:
    return _last(params) if params["reset_value"] == "last" else 0


def _ports(params: Params) -> Sequence[Port]:
    width, level = params["width"], params["reset_level"]
    ports = [
        Port(name=_name(params, "clock"), direction="input", role=Role.CLOCK, description="clock, rising edge"),
        Port(
            name=_name(params, "reset"),
            direction="input",
            role=Role.RESET,
            description=f"{params['reset_kind']} reset, active {level}",
        ),
    ]
    if params["enable"] != "none":
        about = f"count enable, active {params['enable']}"
        ports.append(Port(name=_name(params, "enable"), direction="input", description=about))
    if params["load"]:
        ports.append(Port(name=_name(params, "load"), direction="input", description="synchronous load, active high"))
        ports.append(Port(name=_name(params, "data"), direction="input", width=width, description="value to load"))
    if params["direction"] == "both":
        about = "0 counts up, 1 counts down"
        ports.append(Port(name=_name(params, "down"), direction="input", description=about))
    ports.append(
        Port(name=_name(params, "count"), direction="output", width=width, description="the count, registered")
    )
    if params["terminal"] != "none":
        about = "terminal count, combinational"
        ports.append(Port(name=_name(params, "terminal"), direction="output", description=about))
    return ports


def _valid(params: Params) -> bool:
    """Counters without a load stay small enough to be seen wrapping; a decade needs four bits; a carry needs a gate."""
    if params["width"] > 6 and not params["load"]:
        return False
    if params["modulus"] == "decade" and params["width"] < 4:
        return False
    return bool(params["terminal"] != "carry" or params["load"] or params["enable"] != "none")


def _fill(params: Params) -> Mapping[str, str]:
    return {**_names_in_text(params), **_phrases(params), **_verilog(params)}


def _names_in_text(params: Params) -> Mapping[str, str]:
    signals = ["clock", "reset", "count"]
    if params["enable"] != "none":
        signals.append("enable")
    if params["load"]:
        signals += ["load", "data"]
    if params["direction"] == "both":
        signals.append("down")
    if params["terminal"] != "none":
        signals.append("terminal")
    return {signal: _name(params, signal) for signal in signals}


def _phrases(params: Params) -> Mapping[str, str]:
    """Sentences of the instruction that depend on the draw."""
    name = _names_in_text(params)
    last, level = _last(params), "1" if params["reset_level"] == "high" else "0"
    up = f"one more than before; after {last} " + (
        "comes 0" if params["limit"] == "wrap" else f"it stays at {last} (it saturates)"
    )
    down = "one less than before; after 0 " + (
        f"comes {last}" if params["limit"] == "wrap" else "it stays at 0 (it saturates)"
    )
    step = {
        "up": f"Counting up: the next count is {up}.",
        "down": f"Counting down: the next count is {down}.",
        "both": f"Where `{name.get('down')}` is 0 the next count is {up}. Where `{name.get('down')}` is 1 the next "
        f"count is {down}. The direction is looked at on every counting edge and may change at any time.",
    }[params["direction"]]
    active = "0" if params["enable"] == "low" else "1"
    return {
        "last_value": str(last),
        "reset_active": level,
        "reset_value": str(_reset_value(params)),
        "reset_timing": _reset_timing(params, name, level),
        "order": "reset, then load, then counting" if params["load"] else "reset, then counting",
        "load_rule": _load_rule(params, name),
        "enable_rule": f"Counting takes place on edges where `{name['enable']}` is {active}; on others the count holds."
        if params["enable"] != "none"
        else "Counting takes place on every edge on which nothing above applies.",
        "step_rule": step,
        "terminal_rule": _terminal_rule(params, name),
    }


def _reset_timing(params: Params, name: Mapping[str, str], level: str) -> str:
    if params["reset_kind"] == "asynchronous":
        return (
            f"The reset is asynchronous: while `{name['reset']}` is {level} the count is the reset value at once, "
            "without waiting for a clock edge, and clock edges have no effect."
        )
    return (
        f"The reset is synchronous: it acts only on a rising edge of `{name['clock']}`; between edges a change of "
        f"`{name['reset']}` has no effect."
    )


def _load_rule(params: Params, name: Mapping[str, str]) -> str:
    if not params["load"]:
        return "There is no load: besides reset the count changes by counting only."
    last = _last(params)
    rule = f"Where `{name['load']}` is 1 the next count is `{name['data']}`"
    rule += "." if params["modulus"] == "full" else f"; a value above {last} is no legal count, and {last} is loaded."
    return rule if params["enable"] == "none" else f"{rule} Loading does not depend on `{name['enable']}`."


def _terminal_rule(params: Params, name: Mapping[str, str]) -> str:
    if params["terminal"] == "none":
        return "There is no terminal-count output."
    down = name.get("down")
    end = {
        "up": f"the count is {_last(params)}",
        "down": "the count is 0",
        "both": f"the count is {_last(params)} and `{down}` is 0, or the count is 0 and `{down}` is 1",
    }[params["direction"]]
    rule = f"`{name['terminal']}` is combinational: it is 1 exactly while {end}"
    if params["terminal"] == "level":
        return rule + ", whatever the other inputs are."
    conditions = []
    if params["enable"] != "none":
        conditions.append(f"`{name['enable']}` is {'0' if params['enable'] == 'low' else '1'}")
    if params["load"]:
        conditions.append(f"`{name['load']}` is 0")
    extra = " and ".join(conditions)
    return f"{rule}, and in addition {extra}; otherwise it is 0." if extra else rule + "."


def _verilog(params: Params) -> Mapping[str, str]:
    """The expressions of the solution that depend on the draw."""
    name, width = _names_in_text(params), params["width"]
    high = params["reset_level"] == "high"
    edge = f" or {'posedge' if high else 'negedge'} {name['reset']}"
    after_last, after_first = ("FIRST", "LAST") if params["limit"] == "wrap" else ("LAST", "FIRST")
    up = f"(state == LAST) ? {after_last} : state + {width}'d1"
    down = f"(state == FIRST) ? {after_first} : state - {width}'d1"
    both = f"{name.get('down')} ? ({down}) : ({up})"
    data = name.get("data", "")
    full = _last(params) == (1 << width) - 1
    clamped = data if full else f"({data} > LAST) ? LAST : {data}"
    at_end = {
        "up": "state == LAST",
        "down": "state == FIRST",
        "both": f"{name.get('down')} ? (state == FIRST) : (state == LAST)",
    }[params["direction"]]
    advance = {"none": "1'b1", "high": name.get("enable", ""), "low": f"!{name.get('enable')}"}[params["enable"]]
    gate = " && advance" + (f" && !{name['load']}" if params["load"] else "") if params["terminal"] == "carry" else ""
    return {
        "width": str(width),
        "high_bit": str(width - 1),
        "last_literal": f"{width}'d{_last(params)}",
        "reset_literal": f"{width}'d{_reset_value(params)}",
        "reset_edge": edge if params["reset_kind"] == "asynchronous" else "",
        "reset_test": name["reset"] if high else f"!{name['reset']}",
        "reset_test_wrong": f"!{name['reset']}" if high else name["reset"],
        "advance": advance,
        "step": {"up": up, "down": down, "both": both}[params["direction"]],
        "last_less_one": f"{width}'d{_last(params) - 1}",
        "load_branch": f"else if ({name['load']})\n            state <= {clamped};" if params["load"] else "",
        "terminal_assign": f"assign {name['terminal']} = ({at_end}){gate};" if params["terminal"] != "none" else "",
    }


class _Counter:
    """The specification, in integers. The count is None until the first reset."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._names = _names_in_text(params)
        self._last = _last(params)
        self._count: int | None = None

    def settle(self, inputs: Inputs) -> Outputs:
        if self._params["reset_kind"] == "asynchronous" and self._in_reset(inputs):
            self._count = _reset_value(self._params)
        outputs: dict[str, int | None] = {self._names["count"]: self._count}
        if self._params["terminal"] != "none":
            outputs[self._names["terminal"]] = self._terminal(inputs)
        return outputs

    def clock(self, inputs: Inputs) -> None:
        if self._in_reset(inputs):
            self._count = _reset_value(self._params)
        elif self._loading(inputs):
            self._count = min(inputs[self._names["data"]], self._last)
        elif self._enabled(inputs) and self._count is not None:
            target = self._count + (-1 if self._downwards(inputs) else 1)
            wraps, last = self._params["limit"] == "wrap", self._last
            self._count = target % (last + 1) if wraps else max(0, min(last, target))

    def _in_reset(self, inputs: Inputs) -> bool:
        return inputs[self._names["reset"]] == int(self._params["reset_level"] == "high")

    def _loading(self, inputs: Inputs) -> bool:
        return bool(self._params["load"]) and inputs[self._names["load"]] == 1

    def _enabled(self, inputs: Inputs) -> bool:
        kind = str(self._params["enable"])
        return kind == "none" or inputs[self._names["enable"]] == int(kind == "high")

    def _downwards(self, inputs: Inputs) -> bool:
        direction = self._params["direction"]
        return direction == "down" or (direction == "both" and inputs[self._names["down"]] == 1)

    def _terminal(self, inputs: Inputs) -> int | None:
        if self._params["terminal"] == "carry" and (not self._enabled(inputs) or self._loading(inputs)):
            return 0
        if self._count is None:
            return None
        return int(self._count == (0 if self._downwards(inputs) else self._last))


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Around both ends by counting or loading, every priority and its reverse, then 150 weighted random cycles."""
    last, full = _last(params), (1 << params["width"]) - 1
    idle, count = {"enable": 0}, {"enable": 1}
    cycles: list[dict[str, int]] = [{"reset": 1}, {"reset": 1, "enable": 1, "load": 1, "data": full}, idle, idle]
    cycles += _directed_counting(params)
    if params["load"]:
        for value in (last, last - 1, 1, 0, min(last + 1, full), full, 0):
            for down in (0, 1):
                cycles += [{"load": 1, "data": value, "down": down, "enable": value & 1}, idle]
                cycles += [{**count, "down": down, "data": full - value}] * 3
        cycles += [{"load": 1, "data": 1 << bit, "enable": bit & 1} for bit in range(params["width"])]
    cycles += [{"reset": 1, "enable": 1, "load": 1, "data": 1}, {"reset": 1, "down": 1}, {**count, "down": 1}]
    for _ in range(150):
        kind = random.choices(("count", "reset", "load", "idle"), weights=(70, 4, 10, 16))[0]
        near = random.choice((0, 1, last, last - 1, full, random.randrange(full + 1)))
        cycles.append(
            {
                "reset": int(kind == "reset"),
                "load": int(kind == "load"),
                "enable": int(kind == "count" or random.random() < 0.3),
                "down": int(random.random() < 0.5),
                "data": near,
            }
        )
    inputs = {item: port for item, port in _names_in_text(params).items() if item not in ("clock", "count", "terminal")}
    return [_levels(params, inputs, cycle) for cycle in cycles]


def _directed_counting(params: Params) -> list[dict[str, int]]:
    """Through the ends in each direction that is short enough, with a pause and a change of direction on the way."""
    last = _last(params)
    span = last + 3 if last < 64 else 20
    up, down = {"enable": 1, "down": 0}, {"enable": 1, "down": 1}
    cycles = [up] * span + [{"enable": 0}] * 2 + [down] * 3 + [up] * 2
    cycles += [{"reset": 1, "enable": 1}, {"enable": 0}] + [down] * (span if params["direction"] == "both" else 4)
    return [*cycles, up, down, {"enable": 0, "down": 1}, {"enable": 0}]


def _levels(params: Params, names: Mapping[str, str], cycle: Mapping[str, int]) -> Inputs:
    """Values by port, of a cycle given by meaning (1 is active, absent is 0)."""
    inverted = {"reset": int(params["reset_level"] == "low"), "enable": int(params["enable"] == "low")}
    return {port: cycle.get(item, 0) ^ inverted.get(item, 0) for item, port in names.items()}


FAMILY = Family(
    name="counter",
    revision=1,
    level=1,
    title="counter with modulus, load and terminal count",
    choices={
        "width": (3, 4, 5, 6, 8, 12),
        "direction": ("up", "down", "both"),
        "limit": ("wrap", "saturate"),
        "modulus": ("full", "decade", "odd"),
        "reset_kind": ("synchronous", "asynchronous"),
        "reset_level": ("high", "low"),
        "reset_value": ("zero", "last"),
        "enable": ("none", "high", "low"),
        "load": (False, True),
        "terminal": ("none", "level", "carry"),
        "naming": ("short", "long", "suffixed"),
    },
    ports=_ports,
    fill=_fill,
    model=_Counter,
    stimulus=_stimulus,
    cosmetic=("naming",),
    valid=_valid,
    tags=("sequential",),
)
