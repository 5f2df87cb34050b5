"""The pieces of `interrupt_controller`'s instruction and solution that depend on the draw."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.verilog.family import Params
from ecot.envs.verilog.systems import by_reset

_TRIGGER = {
    "edge": "Sources are triggered by edges. A source becomes pending at a rising edge of `{clock}` at which its "
    "line is 1 and "
    "was 0 at the rising edge before (after a reset the lines count as having been 0), whether the source is enabled "
    "or in "
    "service or not. Further events of a source that is pending are not counted.",
    "level": "Sources are triggered by levels. A source becomes pending at a rising edge of `{clock}` at which its "
    "line is 1 "
    "and the source is not in service (just before the edge), whether it is enabled or not. It stays pending even "
    "where the "
    "line falls again. While a source is in service its line is ignored.",
}
_LEAVES = {
    "edge": "A source stays pending until it is claimed or until a 1 is written into its bit of the pending "
    "register. Where one "
    "edge would both make a source pending and end that, it is pending afterwards.",
    "level": "A source stays pending until it is claimed, and is not pending after the edge that claims it, whatever "
    "its line "
    "is. The pending register cannot be written.",
}
_ORDER = {
    "lowest": "Of two sources the one with the lower number has the higher priority.",
    "highest": "Of two sources the one with the higher number has the higher priority.",
    "urgent": "A source whose bit in the urgency register is 1 has a higher priority than any whose bit is 0; among "
    "sources with "
    "equal bits the one with the lower number has the higher priority. A change of the register acts at once, on "
    "sources in "
    "service too.",
}
_NESTING = {
    "none": "While any source is in service, none is requested.",
    "higher": "A source is requested only if its priority is higher than that of every source in service.",
    "any": "Sources in service do not keep others from being requested, whatever their priorities.",
}


def text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Clauses of the instruction."""
    count, urgent, edge = params["count"], params["order"] == "urgent", params["trigger"] == "edge"
    zeros = "no source is pending or in service, " + (
        "no source is enabled" if params["start"] == "disabled" else "all sources are enabled"
    )
    return {
        "count": str(count),
        "last": str(count - 1),
        "pending_write": "a 1 ends pending (rule 2)" if edge else "ignored",
        "urgent_row": "| 4 | urgency | bit *i*: source *i* is urgent | the new value |\n| 5 to 7 | none | all 0 | "
        "ignored |"
        if urgent
        else "",
        "trigger_text": _TRIGGER[params["trigger"]].format_map(words),
        "leaves_text": _LEAVES[params["trigger"]],
        "order_text": _ORDER[params["order"]],
        "nesting_text": _NESTING[params["nesting"]],
        "reset_state": zeros + (", and no source is urgent" if urgent else ""),
        "by_reset": by_reset(params),
    }


def verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution."""
    count, urgent, edge, order = (
        params["count"],
        params["order"] == "urgent",
        params["trigger"] == "edge",
        params["order"],
    )
    left, lines, given, store = count - 1, words["lines"], words["given"], words["store"]
    place = "{}'d{}".format(3 if urgent else 2, "{}")
    order_of = list(range(count)) if order != "highest" else list(range(count))[::-1]

    def chain(places: list[int]) -> str:
        return "".join(f"pool[{number}] ? 4'd{number + 1} : " for number in places) + "4'd0"

    at = {name: place.format(number) for number, name in enumerate(("enable", "pending", "service", "claim", "urgent"))}
    return {
        "left": str(left),
        "count": str(count),
        "one": f"{count + 1}'d1",
        "at_claim": at["claim"],
        "at_enable": at["enable"],
        "registers": f"    reg [{left}:0] earlier;\n" * edge + f"    reg [{left}:0] urgent;\n" * urgent,
        "allowed": _allowed(params),
        "other_allowed": _allowed({**params, "nesting": "any" if params["nesting"] != "any" else "none"}),
        "pool": "(candidates & urgent) != 0 ? candidates & urgent : candidates" if urgent else "candidates",
        "chain": chain(order_of),
        "other_chain": chain(order_of[::-1]),
        "enabled_start": f"{{{count}{{1'b1}}}}" if params["start"] == "enabled" else "0",
        "resets": "            earlier <= 0;\n" * edge + "            urgent <= 0;\n" * urgent,
        "pends": _pends(
            params, lines, f"({store} && {words['place']} == {at['pending']}) ? {given}[{left}:0] : {count}'d0"
        ),
        "other_pends": f"            pending <= (pending | ({lines} & ~earlier)) & ~claimed[{count}:1];\n"
        if edge
        else f"            pending <= {lines} & ~served & ~claimed[{count}:1];\n",
        "steps": f"            earlier <= {lines};\n"
        * edge
        + f"            if ({store} && {words['place']} == {at['urgent']})\n                urgent <= "
        f"{given}[{left}:0];\n" * urgent,
        "arms": "\n".join(
            f"        {words['place']} == {at[name]} ? {value} :"
            for name, value in (("enable", "enabled"), ("pending", "pending"), ("service", "served"))
        )
        + (
            f"\n        {words['place']} == {at['claim']} ? code : {words['place']} == {at['urgent']} ? urgent : 0;"
            if urgent
            else "\n        code;"
        ),
    }


def _pends(params: Params, lines: str, cleared: str) -> str:
    count = params["count"]
    if params["trigger"] == "edge":
        return (
            f"            pending <= (pending & ~claimed[{count}:1] & ~({cleared}))\n"
            f"                | ({lines} & ~earlier);\n"
        )
    return f"            pending <= (pending | ({lines} & ~served)) & ~claimed[{count}:1];\n"


def _allowed(params: Params) -> str:
    """The sources that those in service leave a chance."""
    if params["nesting"] == "any":
        return "~served"
    if params["nesting"] == "none":
        return f"served == 0 ? {{{params['count']}{{1'b1}}}} : {params['count']}'d0"
    if params["order"] == "lowest":
        return _below("served", params)
    if params["order"] == "highest":
        shifted = " | ".join(f"(served >> {places})" for places in range(1, params["count"]))
        return f"~(served | {shifted})"
    hot = "(served & urgent)"
    return f"{hot} != 0 ? urgent & {_below(hot, params)} : urgent | {_below('served', params)}"


def _below(chosen: str, params: Params) -> str:
    """The places below the lowest 1, all of them where there is none."""
    return f"(({chosen} & (~{chosen} + {params['count']}'d1)) - {params['count']}'d1)"
