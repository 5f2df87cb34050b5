"""A systolic matrix multiplier: what stays in place, size, widths, signedness and who delays the operands vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.families.systolic_array.text import text, verilog
from ecot.envs.verilog.family import Family, Inputs, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins
from ecot.envs.verilog.systems import as_signed, pinout_of


def _sum_width(params: Params) -> int:
    return int(2 * params["width"] + params["guard"])


def _pinout(params: Params) -> Pinout:
    size, wide = params["size"], params["size"] * params["width"]
    sums = size * _sum_width(params)
    lines = [("step", "step", "step_enable", "input", 1, "the array makes a step")]
    if params["dataflow"] == "output":
        lines += [
            ("first", "first", "first_term", "input", 1, "the operands begin a new product"),
            ("last", "last", "last_term", "input", 1, "the operands end a product"),
            ("left", "a", "left_operands", "input", wide, f"{size} operands that enter from the left, packed"),
            ("upper", "b", "upper_operands", "input", wide, f"{size} operands that enter from above, packed"),
            ("done", "done", "product_done", "output", 1, "the last cell has ended a product, registered"),
            ("sums", "c", "product", "output", size * sums, f"the {size * size} sums, packed, registered"),
        ]
    else:
        lines += [
            ("load", "load", "load_weights", "input", 1, "the weights move down by one row"),
            ("upper", "w", "weight_row", "input", wide, f"{size} weights that enter from above, packed"),
            ("last", "vld", "vector_valid", "input", 1, "the operands are a vector whose product is wanted"),
            ("left", "a", "left_operands", "input", wide, f"{size} operands that enter from the left, packed"),
            ("done", "rdy", "sums_valid", "output", 1, "the product of a marked vector is shown, registered"),
            ("sums", "y", "column_sums", "output", sums, f"{size} sums, packed, registered"),
        ]
    return pinout_of(params, lines)


class Array:
    """The specification, over the history of all steps: when a cell sees what is arithmetic on places."""

    def __init__(self, params: Params) -> None:
        """An array that was just reset."""
        self._size, self._params = params["size"], params
        self._outer = params["dataflow"] == "output"
        self._steps: list[tuple[list[int], list[list[int]], Pins]] = []
        self._weights = [[0] * self._size for _ in range(self._size)]
        self.held = [[0] * self._size for _ in range(self._size if self._outer else 1)]

    def outputs(self, pins: Pins) -> Mapping[str, int]:
        """The sums in one vector, and whether the flag has come to its place."""
        width, packed = _sum_width(self._params), 0
        for value in reversed([value for row in self.held for value in row]):
            packed = packed << width | value & (1 << width) - 1
        inside = self._outer or self._params["skew"] == "inside"
        flag = self._flag("last", (2 if inside else 1) * (self._size - 1))
        return {"sums": packed, "done": flag}

    def step(self, pins: Pins) -> None:
        """One rising edge."""
        if pins["step"]:
            upper = [self._split(pins["upper"])] if self._outer else [list(row) for row in self._weights]
            self._steps.append((self._split(pins["left"]), upper, pins))
            (self._multiply_in_place if self._outer else self._multiply_weights)()
        if pins.get("load"):
            self._weights = [self._split(pins["upper"]), *self._weights[:-1]]

    def _multiply_in_place(self) -> None:
        for row in range(self._size):
            for column in range(self._size):
                delay, inside = row + column, self._params["skew"] == "inside"
                if self._flag("first", delay):
                    self.held[row][column] = 0
                left, upper = self._at(delay if inside else column), self._at(delay if inside else row)
                if left and upper:
                    self.held[row][column] += left[0][row] * upper[1][0][column]

    def _multiply_weights(self) -> None:
        inside, last = self._params["skew"] == "inside", self._size - 1
        for column in range(self._size):
            total = 0
            for row in range(self._size):
                # How long ago the cell of this row made its part of the sum that is shown now.
                ago = (last - row) + (last - column if inside else 0)
                entered, weights = self._at(ago + column + (row if inside else 0)), self._at(ago)
                if entered and weights:
                    total += entered[0][row] * weights[1][row][column]
            self.held[0][column] = total

    def _at(self, ago: int) -> tuple[list[int], list[list[int]], Pins] | None:
        return self._steps[-1 - ago] if ago < len(self._steps) else None

    def _flag(self, key: str, ago: int) -> int:
        found = self._at(ago)
        return found[2][key] if found else 0

    def _split(self, packed: int) -> list[int]:
        width, signed = self._params["width"], self._params["signed"]
        parts = [packed >> place * width & (1 << width) - 1 for place in range(self._size)]
        return [as_signed(part, width) for part in parts] if signed else parts


def _pack(values: Sequence[int], width: int) -> int:
    return sum((value & (1 << width) - 1) << place * width for place, value in enumerate(values))


def _example(params: Params) -> str:
    """The product of two small matrices, a row of the table per cycle, as the module's caller has to feed it."""
    size, width, inside = params["size"], params["width"], params["skew"] == "inside"
    left = [[(row + column) % 3 + 1 for column in range(size)] for row in range(size)]
    upper = [[(2 * row + column) % 3 + 1 for column in range(size)] for row in range(size)]
    array, outer = Array(params), params["dataflow"] == "output"
    rows = []
    for cycle in range(-size * (not outer), 3 * size):
        at = [cycle - (0 if inside else place) for place in range(size)]
        if outer:
            lefts = [left[row][at[row]] if 0 <= at[row] < size else 0 for row in range(size)]
            uppers = [upper[at[column]][column] if 0 <= at[column] < size else 0 for column in range(size)]
        else:
            lefts = [left[at[row]][row] if 0 <= at[row] < size else 0 for row in range(size)]
            uppers = upper[-1 - cycle - size] if cycle < 0 else [0] * size
        flags = {"first": int(cycle == 0), "last": int(cycle == size - 1 if outer else 0 <= cycle < size)}
        pins = flags | {"step": int(cycle >= 0), "load": int(cycle < 0)}
        shown = array.outputs(pins)
        sums = [shown["sums"] >> place * _sum_width(params) & (1 << _sum_width(params)) - 1 for place in range(size)]
        all_sums = str(array.held)[1:-1] if outer else str(sums)
        keys = ("step", "first", "last") if outer else ("load", "step", "last")
        cells = [str(cycle + size * (not outer)), *(str(pins[key]) for key in keys), str(lefts), str(uppers)]
        rows.append("| " + " | ".join([*cells, str(shown["done"]), all_sums]) + " |")
        array.step({**pins, "left": _pack(lefts, width), "upper": _pack(uppers, width)})
    words = _pinout(params).words()
    keys = ("step", "first", "last") if outer else ("load", "step", "last")
    heads = ["cycle", *(f"`{words[key]}`" for key in (*keys, "left", "upper", "done", "sums"))]
    return "\n".join(["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads), *rows])


def _fill(params: Params) -> Mapping[str, str]:
    words = _pinout(params).words()
    sum_width = _sum_width(params)
    texts = text(params, words, sum_width=sum_width) | verilog(params, words, sum_width=sum_width)
    return words | texts | {"example": _example(params)}


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Products of the extremes and of single ones, back to back and with pauses, resets on the way, random operands."""
    size, width = params["size"], params["width"]
    most, least = (1 << width - 1) - 1, 1 << width - 1
    extremes = (most, least, (1 << width) - 1, 1)

    def cycle(left: Sequence[int], upper: Sequence[int], **others: int) -> dict[str, int]:
        return {"step": 1, "left": _pack(left, width), "upper": _pack(upper, width), **others}

    def noise(share: float = 0.8, **others: int) -> dict[str, int]:
        drawn = [
            random.choice(extremes) if random.random() < 0.2 else random.getrandbits(width) for _ in range(2 * size)
        ]
        flags = {key: int(random.random() < 0.3) for key in ("first", "last", "load")}
        return cycle(drawn[:size], drawn[size:], **{**flags, "step": int(random.random() < share), **others})

    cycles = [{"reset": 1}, noise(1.0, reset=1), noise(0.0), noise(0.0)]
    cycles += [cycle([0] * size, [0] * size)] * (2 * size)
    for value in extremes:
        cycles += [cycle([0] * size, [value] * size, load=1, first=1)] * size
        cycles += [cycle([value] * size, [value] * size, first=int(place == 0)) for place in range(7)]
        cycles += [cycle([0] * size, [0] * size, last=1)] + [cycle([0] * size, [0] * size)] * (2 * size)
    # One operand at a time, which shows where each goes.
    for place in range(size):
        single = [int(other == place) for other in range(size)]
        row = [3 - other for other in range(size)]
        cycles += [cycle([0] * size, row, load=1, step=0), cycle(single, row, first=1, last=1)]
        cycles += [cycle([0] * size, row, step=int(number % 3 > 0)) for number in range(3 * size)]
    # What a reset must forget: operands on their way meet ones that came after it.
    for left, upper in ((0, 1), (1, 0)):
        cycles += [*(noise(1.0) for _ in range(2 * size)), {"reset": 1}]
        cycles += [cycle([0] * size, [1] * size, load=1, step=0)] * size
        cycles += [cycle([left] * size, [upper] * size)] * (2 * size)
    for _ in range(4):
        cycles += [noise(1.0) for _ in range(2 * size)] + [noise(reset=1)]
        cycles += [noise(1.0, load=0, first=0) for _ in range(3)]
        cycles += [cycle([0] * size, [0] * size)] * 2 + [noise(0.0, load=1)] * 2
    while len(cycles) < 300:
        share = random.choice((1.0, 0.8, 0.3))
        cycles += [noise(share) for _ in range(random.randrange(4, 20))]
        cycles += [noise(reset=int(random.random() < 0.2))]
    return _pinout(params).drive(cycles)


def _valid(params: Params) -> bool:
    """Every bit of a sum is of use: columns of weights add up to so much and no more."""
    if params["dataflow"] == "output":
        return True
    return bool(params["guard"] < 2 or (params["size"] == 3 and not params["signed"]))


FAMILY = Family(
    name="systolic_array",
    revision=1,
    level=5,
    title="systolic array for matrix products",
    choices={
        "dataflow": ("output", "weight"),
        "size": (2, 3),
        "width": (3, 4),
        "guard": (0, 1, 2),
        "signed": (False, True),
        "skew": ("inside", "outside"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("systolic_array", "matrix_array", "cell_grid"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: Array(params)),
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    valid=_valid,
    tags=("sequential", "pipeline", "arithmetic", "hierarchy"),
)
