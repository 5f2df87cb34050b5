"""The texts of a draw of the edge detector: prose of the specification, fragments of the solution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecot.envs.verilog.clocking import Clocking, waveform
from ecot.envs.verilog.family import Inputs, Model, Params, Port

_STAGES = ("first", "second", "third")
"""Registers of the synchroniser, in the order in which a level passes them."""


def fill(
    params: Params, *, ports: Mapping[str, Port], clocking: Clocking, model: Model, example: Sequence[Inputs]
) -> dict[str, str]:
    """Every placeholder of the instruction, the solution and the hacks."""
    names = {key: port.name for key, port in ports.items()}
    many = params["width"] > 1
    return {
        "signal": names["signal"],
        "report": names["report"],
        "clock": clocking.clock,
        "reset": clocking.reset,
        "lines": f"{params['width']} lines" if many else "one line",
        "per_line": " Every line is watched for itself; bit i of every vector belongs to line i." if many else "",
        "edges_meant": {
            "rising": "it is 1 and its previous level was 0 (rising edges only)",
            "falling": "it is 0 and its previous level was 1 (falling edges only)",
            "both": "it differs from its previous level (rising and falling edges alike)",
        }[params["edge"]],
        "level_rule": _level_rule(params, names, clocking),
        "report_rule": _report_rule(params, names, clocking),
        "summary_rule": _summary_rule(params, names),
        "reset_rule": _reset_rule(params, names),
        "timing": _timing(params, names, clocking),
        "example": waveform(model, example, ports, binary=True),
        "example_note": "; only line 0 changes" if many else "",
        **clocking.fill(),
        **_verilog(params, names),
    }


def _level_rule(params: Params, names: Mapping[str, str], clocking: Clocking) -> str:
    signal, stages = names["signal"], params["stages"]
    if not stages:
        return (
            f"The level of a line is `{signal}` itself, without a synchroniser. Its previous level is what the latest "
            f"rising edge of `{clocking.clock}` sampled."
        )
    registers, output, edges = (
        (f"{stages} registers in a row", "last of them", "edges")
        if stages > 1
        else ("one register", "register", "edge")
    )
    return (
        f"`{signal}` first passes a synchroniser of {registers}, clocked by `{clocking.clock}`, and is used nowhere "
        f"else. The level of a line is the output of the {output}, so that a change of `{signal}` is seen {stages} "
        f"rising {edges} later. The previous level is what that output was just before the latest rising edge."
    )


def _report_rule(params: Params, names: Mapping[str, str], clocking: Clocking) -> str:
    report, clock = names["report"], f"`{clocking.clock}`"
    bit, subject = (f"its bit of `{report}`", f"Its bit of `{report}`") if params["width"] > 1 else (f"`{report}`",) * 2
    if params["report"] == "direct":
        return f"While a line shows an edge, {bit} is 1, in the same cycle; otherwise it is 0."
    if params["report"] == "delayed":
        return (
            f"{subject} is a register that every rising edge of {clock} loads: with 1 where the line shows an edge "
            "just before that rising edge, else with 0. A report lasts one cycle, unless the next cycle brings "
            "another edge."
        )
    which = f"`{names['clear']}`" if params["clear"] == "all" else f"the line's bit of `{names['clear']}`"
    both = "1: the edge wins" if params["precedence"] == "event" else "0: the clear wins, and the edge is lost"
    return (
        f"{subject} is a flag, a register. A rising edge of {clock} sets it to 1 where the line shows an edge just "
        f"before, and to 0 where {which} is 1. Where both hold, the flag becomes {both}. Otherwise it keeps its "
        "value, however many edges follow."
    )


def _summary_rule(params: Params, names: Mapping[str, str]) -> str:
    if not params["summary"]:
        return ""
    return f"5. `{names['any']}` is 1 where at least one bit of `{names['report']}` is 1, combinationally."


def _reset_rule(params: Params, names: Mapping[str, str]) -> str:
    """What the registers hold in reset, and what follows for the first cycles after it."""
    flags = "" if params["report"] == "direct" else f"`{names['report']}` to 0"
    if params["history"] == "unknown":
        return (
            f"Reset makes the previous level unknown{flags and f' and sets {flags}'}. While it is unknown, a line "
            "shows no edge; the first rising edge outside of reset samples a level and ends that. So the level that a "
            "line happens to have after reset is never taken for an edge."
        )
    value, other = (0, 1) if params["history"] == "zero" else (1, 0)
    what = "the synchroniser and the previous level" if params["stages"] else "the previous level"
    reported = params["edge"] == "both" or (params["edge"] == "rising") == (value == 0)
    consequence = "shows an edge that is reported" if reported else "shows no edge of the kind that is reported"
    return (
        f"Reset sets {what} of every line to {value}{flags and f' and {flags}'}. So a line that is {other} as reset "
        f"ends {consequence}."
    )


def _timing(params: Params, names: Mapping[str, str], clocking: Clocking) -> str:
    report, reset = f"`{names['report']}`", f"`{clocking.reset}`"
    if params["report"] == "direct" and not params["stages"]:
        return (
            f"- {report} is combinational from `{names['signal']}`: it follows every change within the cycle, and the "
            "next rising edge, which makes the present level the previous one, ends it.\n"
            f"- {reset} acts on the previous level only, not on {report} itself: point 4 holds during reset too."
        )
    if params["report"] == "direct":
        return (
            f"- {report} is computed from registers alone: it changes right after rising edges of `{clocking.clock}` "
            f"(or by reset), never with `{names['signal']}`."
        )
    return (
        f"- {report} comes straight from registers: it changes right after the rising edge of `{clocking.clock}` that "
        "decides (or by reset), and at no other time."
    )


def _verilog(params: Params, names: Mapping[str, str]) -> dict[str, str]:
    width, pipeline = params["width"], _STAGES[: params["stages"]]
    span = f"[{width - 1}:0] " if width > 1 else ""
    level = pipeline[-1] if pipeline else names["signal"]
    direct = params["report"] == "direct"
    registers = [(name, span, _repeated(int(params["history"] == "one"), width)) for name in (*pipeline, "previous")]
    moves = [f"{name} <= {source};" for name, source in zip(pipeline, (names["signal"], *pipeline), strict=False)]
    moves.append(f"previous <= {level};")
    if params["history"] == "unknown":
        registers.append(("armed", "", "1'b0"))
        moves.append("armed <= 1'b1;")
    if not direct:
        registers.append(("flags", span, f"{width}'d0"))
        moves.append(f"flags <= {_next_flags(params, names)};")
    return {
        "span": span,
        "declarations": "\n    ".join(f"reg  {bits}{name};" for name, bits, _ in registers),
        "resets": "\n            ".join(f"{name} <= {value};" for name, _, value in registers),
        "moves": "\n            ".join(moves),
        "level": level,
        "event": _event(params, level),
        "opposite_event": {
            "rising": f"~{level} & previous",
            "falling": f"{level} & ~previous",
            "both": f"~({level} ^ previous)",
        }[params["edge"]],
        "outcome": "events" if direct else "flags",
        "summary": f"assign {names['any']} = |{names['report']};" if params["summary"] else "",
    }


def _repeated(bit: int, width: int) -> str:
    return f"{{{width}{{1'b{bit}}}}}" if width > 1 else f"1'b{bit}"


def _event(params: Params, level: str) -> str:
    """The expression of the edges, masked until there is a previous level."""
    unknown = params["history"] == "unknown"
    edge = {
        "rising": f"{level} & ~previous",
        "falling": f"~{level} & previous",
        "both": f"({level} ^ previous)" if unknown else f"{level} ^ previous",
    }[params["edge"]]
    if not unknown:
        return edge
    return f"{edge} & {{{params['width']}{{armed}}}}" if params["width"] > 1 else f"{edge} & armed"


def _next_flags(params: Params, names: Mapping[str, str]) -> str:
    if params["report"] == "delayed":
        return "events"
    clear, width = names["clear"], params["width"]
    if params["clear"] == "all" and width > 1:
        clear = f"{{{width}{{{clear}}}}}"
    return f"(flags & ~{clear}) | events" if params["precedence"] == "event" else f"(flags | events) & ~{clear}"
