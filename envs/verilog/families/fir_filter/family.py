"""A pipelined FIR filter: coefficients, widths, rounding, overflow, latency, enable, clear and idle output vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.families.fir_filter.text import text, verilog
from ecot.envs.verilog.family import Family, Inputs, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins
from ecot.envs.verilog.systems import as_signed, pinout_of


def _pinout(params: Params) -> Pinout:
    width = params["width"]
    lines = [
        ("valid", "vld", "sample_valid", "input", 1, "a sample is offered"),
        ("sample", "x", "sample", "input", width, "the sample, two's complement"),
    ]
    if params["enable"]:
        lines.append(("enable", "en", "enable", "input", 1, "clock enable of the whole module, active high"))
    if params["clear"]:
        lines.append(("clear", "clr", "clear", "input", 1, "forget earlier samples, active high"))
    lines += [
        ("ready", "rdy", "result_valid", "output", 1, "a result is shown, registered"),
        ("result", "y", "result", "output", width, "the result, two's complement, registered"),
    ]
    return pinout_of(params, lines, signed=("sample", "result"))


def _fill(params: Params) -> Mapping[str, str]:
    pinout = _pinout(params)
    words = pinout.words()
    example = pinout.example(lambda: Filter(params), _example(params))
    return words | text(params, words) | verilog(params, words) | {"example": example}


class Filter:
    """The specification: a list of samples, newest first, and a queue of results on their way."""

    def __init__(self, params: Params) -> None:
        """A filter that was just reset."""
        self._params = params
        self._samples = [0] * len(self._params["coefficients"])
        self._coming: list[int | None] = [None] * self._params["latency"]
        self._shown = 0

    def outputs(self, pins: Pins) -> Mapping[str, int]:
        """The result that arrived last."""
        width = self._params["width"]
        return {"ready": int(self._coming[-1] is not None), "result": self._shown & (1 << width) - 1}

    def step(self, pins: Pins) -> None:
        """One rising edge."""
        if not pins.get("enable", 1):
            return
        if pins.get("clear", 0):
            self._samples = [0] * len(self._samples)
        made = None
        if pins["valid"]:
            self._samples = [as_signed(pins["sample"], self._params["width"]), *self._samples[:-1]]
            pairs = zip(self._params["coefficients"], self._samples, strict=True)
            made = self.scaled(sum(factor * sample for factor, sample in pairs))
        self._coming = [made, *self._coming[:-1]]
        arrived = self._coming[-1]
        if arrived is not None:
            self._shown = arrived
        elif self._params["idle"] == "zero":
            self._shown = 0

    def scaled(self, total: int) -> int:
        """The result for a sum."""
        unit = 1 << self._params["shift"]
        floor, rest = divmod(total, unit)
        kind = self._params["rounding"]
        if kind == "half_up":
            floor += 2 * rest >= unit
        elif kind == "half_even":
            floor += 2 * rest > unit or (2 * rest == unit and floor % 2 == 1)
        elif kind == "to_zero":
            floor += rest > 0 and floor < 0
        top = 1 << self._params["width"] - 1
        if self._params["overflow"] == "saturate":
            return int(max(-top, min(top - 1, floor)))
        return as_signed(floor, self._params["width"])


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """A short train of samples, then the largest one for long enough to overflow."""
    top = (1 << params["width"] - 1) - 1
    samples = [1 << params["shift"], None, 5, (1 << params["width"]) - 3, top, top, top, top]
    cycles: list[dict[str, int]] = [{"reset": 1, "enable": 1}]
    cycles += [{"enable": 1, **({} if value is None else {"valid": 1, "sample": value})} for value in samples]
    cycles += [{"enable": 1}] * (params["latency"] + 1)
    return cycles


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Impulses, the sums that go furthest each way, gaps, freezes, clears and resets on the way, random samples."""
    width, taps, shift = params["width"], len(params["coefficients"]), params["shift"]
    top = (1 << width - 1) - 1
    low, mask = top + 1, (1 << width) - 1
    rest = {"enable": 1}

    def sample(value: int, **others: int) -> dict[str, int]:
        return {"enable": 1, "valid": 1, "sample": value & mask, **others}

    def noise() -> dict[str, int]:
        return sample(random.getrandbits(width), valid=int(random.random() < 0.5))

    cycles = [{"reset": 1, "enable": 1}, {**noise(), "reset": 1}, rest, rest]
    for height in (1 << shift, 1, -1 << shift, 1 << shift - 1):
        cycles += [sample(height), *[sample(0)] * (taps + params["latency"])]
    # A sample of the right sign under every coefficient: the newest meets the first.
    signs = [1 if factor > 0 else -1 for factor in reversed(params["coefficients"])]
    for towards in (1, -1):
        cycles += [sample(top if towards * sign > 0 else low) for sign in signs]
        cycles += [rest] * 2
    cycles += [{"reset": 1, "enable": 1}, *[sample(3 + place) for place in range(taps)], sample(0, clear=1), rest, rest]
    cycles += [*[noise() for _ in range(taps + 2)], sample(9, clear=1, enable=0), sample(5), rest, rest]
    cycles += [sample(7), {"enable": 1, "clear": 1}, rest, sample(11), {"enable": 0}, {"enable": 0, "valid": 1}, rest]
    cycles += [sample(top), sample(top), sample(low), {"reset": 1, "enable": 0}, rest, rest, rest, sample(2), rest]
    # What the delay line holds after a reset shows in sums on both sides of every step of the rounding.
    for value in range(-2, (1 << shift) + 2):
        cycles += [{"reset": 1, "enable": 1}, sample(value), *[rest] * params["latency"]]
    for target in (top, top + 1, -top - 1, -top - 2):
        cycles += [sample(value) for value in _reaching(params, target, random)] + [rest]
    while len(cycles) < 380:
        small = random.random() < 0.5
        value = random.randrange(-12, 13) if small else random.choice((top, low, random.getrandbits(width)))
        cycles.append(
            sample(
                value,
                valid=int(random.random() < 0.8),
                enable=int(random.random() < 0.85),
                clear=int(random.random() < 0.05),
                reset=int(random.random() < 0.01),
            )
        )
    return _pinout(params).drive(cycles)


def _reaching(params: Params, target: int, random: Random) -> list[int]:
    """Samples, the oldest first, whose rounded sum is `target` before it is limited; none where luck runs out."""
    width, factors = params["width"], params["coefficients"]
    top, unlimited = 1 << width - 1, Filter({**params, "overflow": "wrap", "width": width + 8})
    for _ in range(400):
        samples = [random.randrange(-top, top) for _ in factors[1:]]
        others = sum(factor * value for factor, value in zip(factors[1:], samples, strict=True))
        newest = ((target << params["shift"]) - others) // factors[0] + random.randrange(2)
        if -top <= newest < top and unlimited.scaled(others + factors[0] * newest) == target:
            return [*reversed(samples), newest]
    return []


FAMILY = Family(
    name="fir_filter",
    revision=1,
    level=5,
    title="pipelined FIR filter with scaling",
    choices={
        "coefficients": (
            (3, 9, 9, 3),
            (2, -5, 11, -5, 2),
            (-3, 7, 12),
            (1, -6, 13, 7),
            (5, 10, -7, 2, -1),
            (-1, 4, -9, 9, -4, 1),
            (7, -12, 5),
            (-2, 3, 13, 3, -2),
            (4, 11, -3, 6),
        ),
        "width": (6, 8),
        "shift": (2, 3),
        "rounding": ("floor", "half_up", "half_even", "to_zero"),
        "overflow": ("saturate", "wrap"),
        "latency": (1, 2, 3),
        "enable": (False, True),
        "clear": (False, True),
        "idle": ("hold", "zero"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("fir_filter", "fir", "scaled_filter"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: Filter(params)),
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    tags=("sequential", "pipeline", "arithmetic", "signed"),
)
