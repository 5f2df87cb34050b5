"""Gray code by reflection, and the converters and counters that are specified in terms of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ecot.envs.verilog.clocking import Clocking
from ecot.envs.verilog.family import Inputs, Model, Outputs, Params, Port


@cache
def reflected(width: int) -> tuple[int, ...]:
    """The Gray code words of `width` bits in counting order: the shorter list, then the same backwards with a 1 ahead.

    >>> [f"{word:02b}" for word in reflected(2)]
    ['00', '01', '11', '10']
    """
    if width == 0:
        return (0,)
    shorter = reflected(width - 1)
    return shorter + tuple(word + (1 << (width - 1)) for word in reversed(shorter))


@cache
def _places(width: int) -> Mapping[int, int]:
    """Where each word stands in `reflected`."""
    return {word: place for place, word in enumerate(reflected(width))}


def model_of(params: Params, ports: Mapping[str, Port], clocking: Clocking) -> Model:
    """A fresh model of a draw."""
    names = {key: port.name for key, port in ports.items()}
    if params["form"] == "counter":
        return _Counter(params, names, clocking)
    return _Converter(params, names, clocking)


class _Converter:
    """A look-up in the list of words. A registered result is None until the first reset."""

    def __init__(self, params: Params, names: Mapping[str, str], clocking: Clocking) -> None:
        self._params, self._names, self._clocking = params, names, clocking
        self._registered = params["stage"] == "registered"
        self._held: int | None = None

    def settle(self, inputs: Inputs) -> Outputs:
        if not self._registered:
            return {self._names["result"]: self._converted(inputs)}
        if self._clocking.resets_at_once(inputs):
            self._held = 0
        return {self._names["result"]: self._held}

    def clock(self, inputs: Inputs) -> None:
        if not self._registered:
            return
        if self._clocking.resets(inputs):
            self._held = 0
        elif self._held is not None and (not self._params["enable"] or inputs[self._names["enable"]]):
            self._held = self._converted(inputs)

    def _converted(self, inputs: Inputs) -> int:
        code, width, form = inputs[self._names["code"]], self._params["width"], self._params["form"]
        decodes = form == "decode" or (form == "both" and inputs[self._names["select"]] == 1)
        return _places(width)[code] if decodes else reflected(width)[code]


class _Counter:
    """A place in the list of words. It is None until the first reset."""

    def __init__(self, params: Params, names: Mapping[str, str], clocking: Clocking) -> None:
        self._params, self._names, self._clocking = params, names, clocking
        self._place: int | None = None

    def settle(self, inputs: Inputs) -> Outputs:
        if self._clocking.resets_at_once(inputs):
            self._place = 0
        place = self._place
        outputs = {self._names["gray"]: None if place is None else reflected(self._params["width"])[place]}
        if self._params["binary_output"]:
            outputs[self._names["binary"]] = place
        return outputs

    def clock(self, inputs: Inputs) -> None:
        if self._clocking.resets(inputs):
            self._place = 0
        elif self._place is not None:
            self._place = self._next(inputs, self._place)

    def _next(self, inputs: Inputs, place: int) -> int:
        params, names = self._params, self._names
        if params["load"] != "none" and inputs[names["load"]]:
            data: int = inputs[names["data"]]
            return data if params["load"] == "binary" else _places(params["width"])[data]
        if params["enable"] and not inputs[names["enable"]]:
            return place
        downwards = inputs[names["down"]] == 1 if params["direction"] == "both" else params["direction"] == "down"
        target, count = place + (-1 if downwards else 1), len(reflected(params["width"]))
        return target % count if params["limit"] == "wrap" else min(max(target, 0), count - 1)
