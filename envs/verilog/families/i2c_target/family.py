"""Registers behind an I2C port: start and stop, address match, acknowledgement, a pointer that advances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.families.i2c_target.model import PLACES, Target, initial_of
from ecot.envs.verilog.families.i2c_target.traffic import transfers
from ecot.envs.verilog.family import Family, Inputs, Model, Params
from ecot.envs.verilog.pinout import Clocked, Pinout
from ecot.envs.verilog.systems import by_reset

_BEYOND = {
    "refused": "A pointer byte of {count} or more is not acknowledged: the pointer stays as it is, and the module "
    "takes no part in the transfer until the next start condition.",
    "kept": "Every pointer byte is acknowledged; its low three bits are the new pointer. Where the pointer is {count} "
    "or more, a byte that is written is acknowledged and changes no register, and a byte that is read is 0.",
}


def _pinout(params: Params) -> Pinout:
    pinout = Pinout(params)
    pinout.add("scl", ("scl", "bus_clock"), "input", "level of the clock line")
    pinout.add("sda", ("sda_in", "bus_data_in"), "input", "level of the data line")
    pinout.add("sda_out", ("sda_out", "bus_data_out"), "output", "level for the line: 0 while it is pulled low, else 1")
    pinout.add("pull", ("sda_oe", "bus_data_enable"), "output", "1 while the module pulls the data line low")
    if params["status"]:
        pinout.add("status", ("status", "status_byte"), "input", "what the last register shows", width=8)
    pinout.add("control", ("control", "control_byte"), "output", "register 0, for the hardware", width=8)
    return pinout


def _fill(params: Params) -> Mapping[str, str]:
    words, count, refused = _pinout(params).words(), params["count"], params["beyond"] == "refused"
    kept = range(count - int(params["status"]))
    places = count if refused else PLACES
    status = words.get("status", "")
    rows = [f"| {index} | read and write | `0x{initial_of(params, index):02x}` |" for index in kept]
    rows += [f"| {count - 1} | read only: shows `{status}` | - |"] if status else []
    shown = [f"word_{index}" for index in kept] + ([status] if status else []) + ([] if refused else ["8'd0"])
    moves = params["advance"] == "wraps"
    bits = (places - 1).bit_length()
    # Where the bits of the pointer run out just there, it comes back to 0 by itself.
    wrap = f"pointer == {bits}'d{places - 1} ? {bits}'d0 : " if places != 1 << bits else ""
    step = f"pointer <= {wrap}pointer + {bits}'d1;"
    return {
        **words,
        "count": str(count),
        "reset_exception": by_reset(params),
        "address": f"0x{params['address']:02x}",
        "address_bits": f"7'b{params['address']:07b}",
        "map": "\n".join(["| index | access | after reset |", "|---:|---|---|", *rows]),
        "beyond_text": _BEYOND[params["beyond"]].format(count=count),
        "advance_text": f"it goes on to the next index, and from {places - 1} to 0"
        if moves
        else "it stays as it is, so that a transfer reads or writes one register again and again",
        "status_text": f" A byte that is written to register {count - 1} is acknowledged and changes no register."
        if status
        else "",
        "status_moment": f" Register {count - 1} is `{status}` as it is at that edge." if status else "",
        "registers": "\n".join(f"    reg [7:0] word_{index};" for index in kept),
        "resets": "\n".join(f"            word_{index} <= 8'h{initial_of(params, index):02x};" for index in kept),
        "writes": "\n".join(
            f"                        if (pointer == {bits}'d{index})\n                            word_{index} <= "
            f"data;"
            for index in kept
        ),
        "shown": "".join(f"pointer == {bits}'d{index} ? {word} : " for index, word in enumerate(shown[:-1]))
        + shown[-1],
        "pointer_left": str(bits - 1),
        "move_after_read": f"{' ' * 28}{step}" if moves else "",
        "move_after_write": f"{' ' * 24}{step}" if moves else "",
        "other_move_after_read": "" if moves else f"{' ' * 28}{step}",
        "other_move_after_write": "" if moves else f"{' ' * 24}{step}",
        "take_pointer": _take_pointer(count if refused else None, bits),
        "take_pointer_wrong": _take_pointer(None if refused else count, bits),
    }


def _take_pointer(limit: int | None, bits: int) -> str:
    """What the byte does that sets the pointer; one of `limit` or more is refused."""
    lines = ["low <= 1'b1;", f"pointer <= data[{bits - 1}:0];"]
    if limit is not None:
        taken = f"data < 8'd{limit}"
        lines = [f"low <= {taken};", f"active <= {taken};", f"if ({taken})", f"    pointer <= data[{bits - 1}:0];"]
    return "\n".join(f"                        {line}" for line in lines)


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    return _pinout(params).drive(transfers(params, random))


def _model(params: Params) -> Model:
    return Clocked(_pinout(params), partial(Target, params))


FAMILY = Family(
    name="i2c_target",
    revision=1,
    level=4,
    title="registers on I2C",
    choices={
        "address": (0x1A, 0x3C, 0x52, 0x68),
        "count": (2, 3, 4),
        "beyond": tuple(_BEYOND),
        "advance": ("wraps", "stays"),
        "initial": ("numbers", "steps", "gaps"),
        "status": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("i2c_target", "i2c_registers", "two_wire_target"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    tags=("bus", "i2c"),
)
