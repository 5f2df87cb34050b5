"""The texts of a draw of the priority encoder: prose of the specification, fragments of the solution."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.verilog.clocking import Clocking
from ecot.envs.verilog.family import Params


def fill(
    params: Params, *, names: Mapping[str, str], clocking: Clocking | None, idle_index: int, example: str
) -> dict[str, str]:
    """Every placeholder of the instruction, the solution and the hacks."""
    width = params["width"]
    index_width = (width - 1).bit_length()
    lowest = params["priority"] == "lowest"
    return {
        **names,
        "width": str(width),
        "top_line": str(width - 1),
        "index_width": str(index_width),
        "strongest": str(0 if lowest else width - 1),
        "weakest": str(width - 1 if lowest else 0),
        "active": "1" if params["requests"] == "high" else "0",
        "style": "registered" if clocking else "combinational",
        "rank": "lowest" if lowest else "highest",
        "outputs_rule": _outputs_rule(params, names, idle_index=idle_index, clocking=clocking),
        "enable_rule": _enable_rule(params, names, clocking=clocking),
        "timing": _timing(params, names, clocking=clocking),
        "example_note": (
            "Outputs right after a rising edge that sampled these requests, one edge a row, starting from reset"
            if clocking
            else "Some values"
        )
        + (f" (`{names['enable']}` is 1)" if params["enable"] else ""),
        "example": example,
        **_verilog(params, names, clocking=clocking, idle_index=idle_index),
    }


def _outputs_rule(params: Params, names: Mapping[str, str], *, idle_index: int, clocking: Clocking | None) -> str:
    """One bullet an output."""
    digits = (params["width"] - 1).bit_length()
    without = {
        "zero": "0",
        "ones": f"all ones ({idle_index})",
        "hold": "what it was before (it is held)",
    }[params["idle"]]
    rules = []
    if params["answer"] != "one_hot":
        rules.append(
            f"   - `{names['index']}` is the winner's number in binary ({digits} bits); without a winner it is "
            f"{without}."
        )
    if params["answer"] != "index":
        rules.append(f"   - `{names['one_hot']}` has exactly the winner's bit set; without a winner it is 0.")
    if params["presence"] == "valid":
        rules.append(f"   - `{names['valid']}` is 1 with a winner and 0 without.")
    if params["presence"] == "empty":
        rules.append(f"   - `{names['empty']}` is 0 with a winner and 1 without.")
    return "\n".join(rules)


def _enable_rule(params: Params, names: Mapping[str, str], *, clocking: Clocking | None) -> str:
    if not params["enable"]:
        return "There is no enable: the lines are looked at " + (
            "on every rising edge." if clocking else "at all times."
        )
    if clocking:
        return (
            f"A rising edge that finds `{names['enable']}` at 0 changes no output, whatever the lines are. Reset does "
            f"not depend on `{names['enable']}`."
        )
    return f"While `{names['enable']}` is 0 there is no winner, whatever the lines are."


def _timing(params: Params, names: Mapping[str, str], *, clocking: Clocking | None) -> str:
    if clocking is None:
        return (
            "There is no clock and no state: outputs are functions of the present inputs alone, are driven for every "
            "combination of inputs, and no latch may be inferred."
        )
    values = [f"`{names['index']}` to {'all ones' if params['idle'] == 'ones' else '0'}"] * (
        params["answer"] != "one_hot"
    )
    values += [f"`{names['one_hot']}` to 0"] * (params["answer"] != "index")
    values += [f"`{names['valid']}` to 0"] * (params["presence"] == "valid")
    values += [f"`{names['empty']}` to 1"] * (params["presence"] == "empty")
    return (
        f"All outputs come straight from registers that rising edges of `{clocking.clock}` load: an output shows the "
        "decision on the lines that the edge sampled, right after that edge, and stays until the next edge that "
        "changes it. Nothing is combinational from an input to an output.\n\n"
        f"{clocking.fill()['reset_text']}. Reset sets {', '.join(values)}. Before the first reset the "
        "outputs are unspecified."
    )


def _verilog(params: Params, names: Mapping[str, str], *, clocking: Clocking | None, idle_index: int) -> dict[str, str]:
    width = params["width"]
    digits = (width - 1).bit_length()
    lines = f"~{names['requests']}" if params["requests"] == "low" else names["requests"]
    gated = params["enable"] and clocking is None
    signals = _signals(params, names, idle_index=idle_index)
    return {
        "pending": f"{lines} & {{{width}{{{names['enable']}}}}}" if gated else lines,
        "declarations": "\n    ".join(
            f"reg  [{bits - 1}:0] {signal};"
            for signal, bits in (("winner", digits), ("chosen", width))
            if signal in signals
        ),
        "arms": "\n            ".join(_arms(params, list(signals), idle_index=idle_index, held=clocking is not None)),
        "reversed_arms": "\n            ".join(
            _arms(
                {**params, "priority": "highest" if params["priority"] == "lowest" else "lowest"},
                list(signals),
                idle_index=idle_index,
                held=clocking is not None,
            )
        ),
        "storage": _storage(params, names, signals=signals, clocking=clocking) if clocking else "",
        "assigns": "\n    ".join(
            f"assign {port} = {f'{signal}_held' if clocking else source};"
            for signal, (port, source, _, _) in signals.items()
        ),
    }


def _signals(params: Params, names: Mapping[str, str], *, idle_index: int) -> dict[str, tuple[str, str, int, int]]:
    """By internal name: port, what it shows, bits, value at reset."""
    width = params["width"]
    digits = (width - 1).bit_length()
    signals = {}
    if params["answer"] != "one_hot":
        signals["winner"] = (names["index"], "winner", digits, idle_index)
    if params["answer"] != "index":
        signals["chosen"] = (names["one_hot"], "chosen", width, 0)
    if params["presence"] == "valid":
        signals["some"] = (names["valid"], "|pending", 1, 0)
    if params["presence"] == "empty":
        signals["nobody"] = (names["empty"], "~|pending", 1, 1)
    return signals


def _arms(params: Params, signals: list[str], *, idle_index: int, held: bool) -> list[str]:
    """The arms of the casez statement, strongest line first, and what holds without a request."""
    width = params["width"]
    digits = (width - 1).bit_length()
    lowest = params["priority"] == "lowest"
    arms = []
    for line in range(width) if lowest else reversed(range(width)):
        below = "0" if lowest else "?"
        above = "?" if lowest else "0"
        pattern = above * (width - 1 - line) + "1" + below * line
        values = {"winner": f"{digits}'d{line}", "chosen": f"{width}'b{1 << line:0{width}b}"}
        arms.append(f"{width}'b{pattern}: " + _assignments(values, signals))
    winner = "winner_held" if held and params["idle"] == "hold" else f"{digits}'d{idle_index}"
    return [*arms, "default: " + _assignments({"winner": winner, "chosen": f"{width}'d0"}, signals)]


def _assignments(values: Mapping[str, str], signals: list[str]) -> str:
    statements = [f"{signal} = {value};" for signal, value in values.items() if signal in signals]
    return statements[0] if len(statements) == 1 else f"begin {' '.join(statements)} end"


def _storage(
    params: Params, names: Mapping[str, str], *, signals: Mapping[str, tuple[str, str, int, int]], clocking: Clocking
) -> str:
    """The output registers and the process that loads them."""
    texts = clocking.fill()
    lines = [
        f"reg  {f'[{bits - 1}:0] ' if bits > 1 else ''}{signal}_held;" for signal, (_, _, bits, _) in signals.items()
    ]
    lines += ["", f"always @({texts['edges']}) begin", f"    if ({texts['reset_active']}) begin"]
    lines += [f"        {signal}_held <= {bits}'d{value};" for signal, (_, _, bits, value) in signals.items()]
    lines.append(f"    end else if ({names['enable']}) begin" if params["enable"] else "    end else begin")
    lines += [f"        {signal}_held <= {source};" for signal, (_, source, _, _) in signals.items()]
    return "\n    ".join([*lines, "    end", "end"])
