"""The texts of a draw of the UART receiver: prose of the specification, fragments of the solution."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.verilog.clocking import listed
from ecot.envs.verilog.family import Params

_PARITY = {
    "none": "",
    "even": " a parity bit, right where the number of ones among data bits and parity bit is even;",
    "odd": " a parity bit, right where the number of ones among data bits and parity bit is odd;",
}


def last_bit(params: Params) -> int:
    """Number of the stop bit; the start bit is bit 0."""
    return int(params["bits"]) + (2 if params["parity"] != "none" else 1)


def offset(params: Params) -> int:
    """Edges from the first edge of a bit to the one that decides it."""
    return int(params["divider"]) // 2 + int(params["sampling"] == "majority")


def fill(params: Params, words: Mapping[str, str], *, example: str) -> dict[str, str]:
    """Every placeholder of the instruction, the solution and the hacks."""
    bits, last, decided = params["bits"], last_bit(params), offset(params)
    flip, stages = "!" * (params["line"] == "inverted"), params["stages"]
    return {
        **words,
        "bits": str(bits),
        "divider": str(params["divider"]),
        "frame_bits": str(last + 1),
        "last": str(last),
        "offset": str(decided),
        "last_offset": str(last * params["divider"] + decided),
        "order_text": f"from bit 0 up to bit {bits - 1}"
        if params["order"] == "lowest"
        else f"from bit {bits - 1} down to bit 0",
        "parity_text": _PARITY[params["parity"]],
        "seen_text": f"the {'inverse of ' if flip else ''}level of `{words['line']}`"
        + (" at the edge" if not stages else " two rising edges before (two flip-flops synchronise it)"),
        "synchroniser_reset": "" if not stages else "; the two edges after it see a bit 1",
        "decide_text": "the bit seen at that edge"
        if params["sampling"] == "middle"
        else f"the value that at least two of the bits seen at edges {params['divider']}b + {decided - 2}, "
        f"{params['divider']}b + {decided - 1} and {params['divider']}b + {decided} have",
        "start_text": f"Where the start bit is decided to be 1, at edge {decided}, it was none: the module gives up "
        "and looks "
        "for a new frame from the next edge on."
        if params["start"] == "confirm"
        else "The start bit is not looked at again: once begun, a frame is received to its end.",
        "deliver_text": _deliver(params, words),
        "error_text": _errors(params, words),
        "reset_state": listed(
            [
                f"`{words[key]}`"
                for key in ("data", "valid", "overrun", "parity_error", "frame_error", "error")
                if key in words
            ]
        ),
        "example": example,
        **_verilog(params, words, flip=flip),
    }


def _deliver(params: Params, words: Mapping[str, str]) -> str:
    if params["delivery"] == "pulse":
        return (
            "At the edge that delivers a word, `{data}` takes it and `{valid}` becomes 1; at every other edge "
            "`{valid}` "
            "becomes 0 and `{data}` keeps its value."
        ).format_map(words)
    return (
        "At the edge that delivers a word, `{data}` takes it and `{valid}` becomes 1. `{valid}` then stays 1 until an "
        "edge "
        "that finds `{take}` at 1, which makes it 0 unless the same edge delivers a word. A word that is to be "
        "delivered "
        "at an edge that finds `{valid}` at 1 and `{take}` at 0 is lost: the outputs that belong to the word before "
        "stay, "
        "and `{overrun}` becomes 1. At all other edges `{overrun}` becomes 0, and between deliveries `{data}` keeps "
        "its "
        "value. `{take}` has no effect while `{valid}` is 0."
    ).format_map(words)


def _errors(params: Params, words: Mapping[str, str]) -> str:
    parity = params["parity"] != "none"
    wrong = "its stop bit is decided to be 0" + (" or its parity bit is wrong" if parity else "")
    if params["errors"] == "dropped":
        return (
            f"A frame is bad where {wrong}. The word of a bad frame is not delivered; `{words['error']}` becomes 1 at "
            "the "
            f"edge that ends it, and 0 at all other edges. Words of good frames are delivered."
        )
    text = f"Every word is delivered. Together with `{words['data']}`, and kept like it, "
    if parity:
        text += f"`{words['parity_error']}` takes 1 where the parity bit is wrong and 0 else, and "
    return text + f"`{words['frame_error']}` takes 1 where the stop bit is decided to be 0 and 0 else."


def _verilog(params: Params, words: Mapping[str, str], *, flip: str) -> dict[str, str]:
    """Pieces of the solution: bits are shifted into `bits` from the left."""
    size, stages, majority = last_bit(params) - 1, params["stages"], params["sampling"] == "majority"
    parity, flagged, hold = params["parity"] != "none", params["errors"] == "flagged", params["delivery"] == "hold"
    bits, line = params["bits"], f"{flip}{words['line']}"
    names = ["data"] if params["order"] == "lowest" else [f"bits[{place}]" for place in range(bits)]
    word = f"bits[{bits - 1}:0]" if params["order"] == "lowest" else "{" + ", ".join(names) + "}"
    other = "{" + ", ".join(f"bits[{place}]" for place in range(bits)) + "}"
    wrong = f"^bits != 1'b{int(params['parity'] == 'odd')}"
    flags = {"parity_error": wrong, "frame_error": "!decided"} if flagged else {}
    flags = {key: value for key, value in flags.items() if key in words}
    pulses = {"overrun": "done && good && is_valid && !" + words.get("take", ""), "error": "done && !good"}
    pulses = {key: value for key, value in pulses.items() if key in words}
    registers = [*flags, *pulses]
    good = "1'b1" if flagged else "decided" + (f" && !({wrong})" if parity else "")
    return {
        "size_left": str(size - 1),
        "word_left": str(bits - 1),
        "tick_left": str((params["divider"] - 1).bit_length() - 1),
        "place_left": str(last_bit(params).bit_length() - 1),
        "last_tick": str(params["divider"] - 1),
        "early": str(offset(params) - 1),
        "declarations": "    reg [1:0] pipe;\n" * bool(stages) + "    reg [1:0] earlier;\n" * majority
        + "".join(f"    reg is_{key};\n" for key in registers),
        "seen": "pipe[1]" if stages else line,
        "decided": "earlier[0] & earlier[1] | seen & (earlier[0] | earlier[1])" if majority else "seen",
        "stays": "place != 0 || !decided" if params["start"] == "confirm" else "1'b1",
        "good": good,
        "free": f"(!is_valid || {words.get('take')})" if hold else "1'b1",
        "valid_value": f"stored || is_valid && !{words.get('take')}" if hold else "stored",
        "word": word,
        "other_word": other if params["order"] == "lowest" else f"bits[{bits - 1}:0]",
        "resets": "            pipe <= 2'b11;\n" * bool(stages)
        + "".join(f"            is_{key} <= 1'b0;\n" for key in registers),
        "shifts": f"            pipe <= {{pipe[0], {line}}};\n" * bool(stages)
        + "            earlier <= {earlier[0], seen};\n" * majority,
        "pulses": "".join(f"            is_{key} <= {value};\n" for key, value in pulses.items()),
        "flags": "".join(f"                is_{key} <= {value};\n" for key, value in flags.items()),
        "assigns": "".join(f"    assign {words[key]} = is_{key};\n" for key in registers),
    }  # fmt: skip
