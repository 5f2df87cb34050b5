"""A bank of registers behind a bus: what the bus families draw alike, as choices, model, text and Verilog."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecot.envs.verilog.bench.drawing import Drawing
from ecot.envs.verilog.family import Params

CHOICES: Mapping[str, tuple[Any, ...]] = {
    "count": (3, 4, 5, 6),
    "read_only": ("none", "first", "last"),
    "initial": ("zeros", "ones", "numbers"),
}
"""Number of registers, which of them shows the status, and what reset puts into the others."""
INDEX_BITS = 3
PLACES = 1 << INDEX_BITS


class Bank:
    """The registers by index, as integers."""

    def __init__(self, params: Params, width: int) -> None:
        """A bank of registers of `width` bits after a reset."""
        self._lanes = width // 8
        self.count = int(params["count"])
        self.read_only = read_only_of(params)
        self.words = {index: initial_of(params, index, width) for index in range(self.count)}

    def mapped(self, index: int) -> bool:
        """Whether there is a register."""
        return index < self.count

    def writable(self, index: int) -> bool:
        """Whether a write changes it."""
        return self.mapped(index) and index != self.read_only

    def write(self, index: int, data: int, strobes: int) -> None:
        """Replace the bytes whose strobe is 1."""
        for lane in range(self._lanes):
            if strobes >> lane & 1 and self.writable(index):
                kept = self.words[index] & ~(0xFF << 8 * lane)
                self.words[index] = kept | data & 0xFF << 8 * lane

    def read(self, index: int, status: int) -> int:
        """The word that a read returns; 0 where there is no register."""
        return status if index == self.read_only else self.words.get(index, 0)

    def target(self, index: int) -> str:
        """What kind of place it is, for coverage."""
        return "status" if index == self.read_only else "register" if self.mapped(index) else "nothing"


def read_only_of(params: Params) -> int | None:
    """The index of the register that shows the status."""
    places: dict[str, int | None] = {"none": None, "first": 0, "last": int(params["count"]) - 1}
    return places[str(params["read_only"])]


def control_of(params: Params) -> int:
    """The index of the register that is an output: the last one that can be written."""
    return int(params["count"]) - (2 if params["read_only"] == "last" else 1)


def initial_of(params: Params, index: int, width: int) -> int:
    """What reset puts into a register."""
    return {"zeros": 0, "ones": (1 << width) - 1, "numbers": index + 1}[str(params["initial"])]


def targets(params: Params) -> tuple[str, ...]:
    """Kinds of places that coverage asks for."""
    return ("register", "nothing") if params["read_only"] == "none" else ("register", "nothing", "status")


def access(draw: Drawing, params: Params, width: int) -> dict[str, Any]:
    """Draw an access: index, byte within the word, data and strobes; strobes of zero are rare."""
    lanes = width // 8
    mapped = list(range(int(params["count"])))
    drawn = draw.item(
        {
            "index": [*mapped * 3, *range(PLACES)],
            "low": range(lanes),
            "strobes": [*range(1 << lanes), *[(1 << lanes) - 1] * 4],
            "gap": (0, 0, 0, 1, 2),
        }
    )
    return {**drawn, "data": draw.bits(width)}


def fill(
    params: Params,
    width: int,
    *,
    status: str,
    control: str,
    by_bytes: bool = True,
    status_moment: str = "at the edge that takes the read",
) -> dict[str, str]:
    """Texts of a specification and pieces of a solution.

    Args:
        params: of the draw.
        width: of a register.
        status: port that the read-only register shows; empty where there is none.
        control: port that shows the last writable register.
        by_bytes: whether addresses count bytes rather than registers.
        status_moment: when the status is read.
    """
    count, hidden, shift = int(params["count"]), read_only_of(params), (width // 8 if by_bytes else 1)
    digits = width // 4
    rows = ["| index | address | access | after reset |", "|---:|---:|---|---|"]
    for index in range(count):
        kind, value = "read and write", f"`0x{initial_of(params, index, width):0{digits}x}`"
        if index == hidden:
            kind, value = f"read only: shows `{status}`", "-"
        rows.append(f"| {index} | `0x{index * shift:02x}` | {kind} | {value} |")
    kept = [index for index in range(count) if index != hidden]
    reads = [f"index == {index} ? {status if index == hidden else f'word_{index}'} :" for index in range(count)]
    lanes = width // 8
    return {
        "map": "\n".join(rows),
        "count": str(count),
        "last_index": str(count - 1),
        "control_word": f"word_{control_of(params)}",
        "control_text": f"`{control}` always shows register {control_of(params)}.",
        "index_left": str(INDEX_BITS - 1),
        "data_left": str(width - 1),
        "word_registers": "\n".join(f"    reg [{width - 1}:0] word_{index};" for index in kept),
        "word_resets": "\n".join(
            f"            word_{index} <= {width}'h{initial_of(params, index, width):x};" for index in kept
        ),
        "word_writes": "\n".join(
            f"                if (index == {index})\n"
            f"                    word_{index} <= (word_{index} & ~mask) | (written & mask);"
            for index in kept
        ),
        "word_read": " ".join(reads),
        "byte_mask": "{" + ", ".join(f"{{8{{strobes[{lane}]}}}}" for lane in reversed(range(lanes))) + "}",
        "status_rule": f" Register {hidden} has no storage: a read returns `{status}` as it is {status_moment}."
        if hidden is not None
        else "",
    }
