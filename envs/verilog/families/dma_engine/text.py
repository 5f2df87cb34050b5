"""The pieces of `dma_engine`'s instruction and solution that depend on the draw."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.verilog.families.dma_engine.model import LENGTH_BITS
from ecot.envs.verilog.family import Params
from ecot.envs.verilog.systems import by_reset


def text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Clauses of the instruction."""
    burst, fixed, late = params["burst"], params["fixed"], params["latency"] == 1
    most = 1 << LENGTH_BITS
    moves = {
        "source": "the source address increases by 1" if fixed != "source" else "the source address keeps its value",
        "destination": "the destination address increases by 1"
        if fixed != "destination"
        else "the destination address keeps its value",
    }
    return {
        "address_bits": str(params["address"]),
        "address_top": str(params["address"] - 1),
        "burst_text": "one word" if burst == 1 else f"up to {burst} words",
        "group_text": "Each word is read and then written before the next one is read."
        if burst == 1
        else f"Words are copied in bursts: {burst} words are read into a buffer inside the engine, then these are "
        f"written in "
        f"the same order. Where fewer than {burst} words remain, the burst has as many as remain.",
        "source_moves": moves["source"],
        "destination_moves": moves["destination"],
        "data_text": f"The word comes one cycle later: it is what `{words['read']}` is at the next rising edge, "
        f"whether an "
        "access is accepted there or not."
        if late
        else f"The word is what `{words['read']}` is at the same edge.",
        "turn_text": "After the edge that accepts the last read of a burst follows exactly one cycle without "
        "request, in "
        "which that read's word arrives; then the first write is requested."
        if late
        else "Right after the edge that accepts the last read of a burst the first write is requested.",
        "empty_text": "A transfer of length 0 copies nothing: at the edge that starts it the engine stays idle and the "
        "interrupt flag becomes 1."
        if params["empty"] == "nothing"
        else f"A transfer of length 0 copies {most} words; the length register goes from 0 to {most - 1} with the "
        f"first write.",
        "abort_row": "| 2 | abort: a transfer under way ends without a trace (rule 10) |" if params["abort"] else "",
        "abort_text": "At an edge that writes a 1 into bit 2 of the control register while the engine is busy, the "
        "transfer is "
        "given up: the engine is idle afterwards, the interrupt flag is not set, and source, destination and length "
        "keep the "
        "values from before this edge, even where an access is accepted at it (the memory has then made that "
        "access). The "
        "buffer's contents are lost. In an idle engine the bit has no effect."
        if params["abort"]
        else "Bit 2 has no meaning: a transfer can only be ended by a reset.",
        "unused": "7 to 3" if params["abort"] else "7 to 2",
        "by_reset": by_reset(params),
        "length_top": str(LENGTH_BITS - 1),
    }


def verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution."""
    burst, late, read, given = params["burst"], params["latency"] == 1, words["read"], words["given"]
    several, left = burst > 1, (burst - 1).bit_length() - 1
    slot = "held[place * 8 +: 8]" if several else "held"
    caught = "held[late_place * 8 +: 8]" if several else "held"
    steps = {side: f"                    {side} <= {side} + 1'b1;\n" for side in ("source", "destination")}
    moved = {side: step if params["fixed"] != side else "" for side, step in steps.items()}
    refuse = "if (remaining == 0)\n                        ended <= 1'b1;\n                    else\n                "
    "        "
    abort = f"if (control && {given}[2] && state != IDLE) begin\n            state <= IDLE;\n{_place(several)}"
    abort += f"            if ({given}[1])\n                ended <= 1'b0;\n        end else "
    return {
        "address_left": str(params["address"] - 1),
        "held_left": str(8 * burst - 1),
        "buffers": (f"    reg [{left}:0] place;\n" + f"    reg [{left}:0] late_place;\n" * late) * several,
        "place_resets": _place(several),
        "late_steps": (
            "            late_place <= place;\n" * several
            + f"            if (state != WRITE)\n                {caught} <= {read};\n"
        )
        * late,
        "read_steps": "" if late else f"                    {slot} <= {read};\n",
        "source_step": moved["source"],
        "destination_step": moved["destination"],
        "other_source_step": steps["source"] if not moved["source"] else "",
        "other_destination_step": steps["destination"] * (params["fixed"] != "destination"),
        "read_end": _read_end("TURN" if late else "WRITE", several),
        "write_end": _write_end(several),
        "turn_state": "            TURN: state <= WRITE;\n" * late,
        "slot": slot,
        "count_register": f"    reg [{LENGTH_BITS - 1}:0] unread;\n" * several,
        "count_start": "                    unread <= remaining;\n" * several,
        "begin": "state <= READ;" if params["empty"] == "full" else refuse + "state <= READ;",
        "other_begin": "state <= READ;" if params["empty"] != "full" else refuse + "state <= READ;",
        "abort_branch": abort if params["abort"] else "",
    }


def _place(several: bool) -> str:
    return "            place <= 0;\n" * several


def _read_end(following: str, several: bool) -> str:
    """Where the machine goes after a read: on where it was the last one of its burst."""
    if not several:
        return f"                    state <= {following};\n"
    return (
        "                    unread <= unread - 1'b1;\n"
        "                    place <= place + 1'b1;\n"
        "                    if (&place || unread == 1) begin\n"
        f"                        place <= 0;\n                        state <= {following};\n                    end\n"
    )


def _write_end(several: bool) -> str:
    """Where the machine goes after a write."""
    again = " else if (&place)" if several else " else"
    return (
        "                    place <= place + 1'b1;\n" * several
        + "                    if (remaining == 1) begin\n                        state <= IDLE;\n"
        + "                        place <= 0;\n" * several
        + "                        ended <= 1'b1;\n"
        + f"                    end{again}\n                        state <= READ;\n"
    )
