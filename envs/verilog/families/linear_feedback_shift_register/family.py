"""A linear feedback shift register: form, taps, direction, gate, seed load and the way out of lock-up vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, listed
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins, one_change

_EXPONENTS = {4: (1,), 5: (2,), 7: (1,), 8: (4, 3, 2), 12: (6, 4, 1), 16: (12, 3, 1)}
"""Between the width and 0, of a primitive polynomial for each width."""
_SEEDS = {"one": 1, "mixed": 0xA6C9}


def _exponents(params: Params) -> set[int]:
    """Of the draw's polynomial but the constant one: the width itself is among them."""
    width, between = params["width"], _EXPONENTS[params["width"]]
    turned = (width - exponent for exponent in between)
    return {width, *(turned if params["polynomial"] == "reciprocal" else between)}


def _seed(params: Params) -> int:
    return _SEEDS[params["seed"]] % (1 << int(params["width"]))


def _lock(params: Params) -> int:
    """The state that steps to itself."""
    return (1 << params["width"]) - 1 if params["gate"] == "xnor" else 0


def _pinout(params: Params) -> Pinout:
    pinout, width = Pinout(params), params["width"]
    pinout.add("enable", ("en", "step_enable"), "input", "one step per rising edge while 1")
    pinout.add("load", ("ld", "load_seed"), "input", "load a state instead of a step")
    pinout.add("value", ("d", "seed_value"), "input", "state to load", width=width)
    if params["output"] != "bit":
        pinout.add("state", ("q", "lfsr_state"), "output", "the state, registered", width=width)
    if params["output"] != "state":
        pinout.add("bit", ("so", "serial_out"), "output", "the bit that the next step shifts out, registered")
    return pinout


class _Register:
    """The specification, played on a register that shifts left with XOR gates: others are its image in a mirror."""

    def __init__(self, params: Params) -> None:
        self._params, self._state = params, _seed(params)

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        width = self._params["width"]
        leaving = self._state >> (width - 1) if self._params["direction"] == "left" else self._state % 2
        return {"state": self._state, "bit": leaving}

    def step(self, pins: Pins) -> None:
        enabled, lock = pins["enable"], self._params["lock"]
        if pins["load"] and (enabled or self._params["load"] == "always"):
            refused = lock == "refused" and pins["value"] == _lock(self._params)
            self._state = _seed(self._params) if refused else pins["value"]
        elif enabled:
            escapes = lock == "escaped" and self._state == _lock(self._params)
            self._state = _seed(self._params) if escapes else self._image(self._advance(self._image(self._state)))

    def _image(self, state: int) -> int:
        width = self._params["width"]
        state ^= _lock(self._params)
        return int(f"{state:0{width}b}"[::-1], 2) if self._params["direction"] == "right" else state

    def _advance(self, state: int) -> int:
        width, exponents = int(self._params["width"]), _exponents(self._params)
        if self._params["form"] == "fibonacci":
            return state * 2 % (1 << width) + sum(state >> exponent - 1 & 1 for exponent in exponents) % 2
        product = state * 2
        return product ^ sum(1 << exponent for exponent in {*exponents, 0}) if product >> width else product


def _taps(params: Params) -> list[int]:
    """Numbers of the bits that are combined (Fibonacci), or that are changed on their way (Galois), descending."""
    fibonacci = params["form"] == "fibonacci"
    places = {exponent - fibonacci for exponent in _exponents(params) if fibonacci or exponent < params["width"]}
    mirror = params["width"] - 1
    return sorted({mirror - place for place in places} if params["direction"] == "right" else places, reverse=True)


def _step_text(params: Params) -> str:
    """What one step does to every bit."""
    last, left, gate = params["width"] - 1, params["direction"] == "left", params["gate"].upper()
    numbers, end, begin = _taps(params), last if left else 0, 0 if left else last
    source, inverted = "i - 1" if left else "i + 1", int(gate == "XNOR")
    if params["form"] == "fibonacci":
        what = f"the {gate} of bits {listed([str(number) for number in numbers])} of the old state"
        meaning = f" ({1 - inverted} where an odd number of them is 1, else {inverted})"
        return (
            f"Every bit i but bit {begin} takes the old bit {source}; bit {begin} takes {what}{meaning}. The old bit "
            f"{end} is shifted out."
        )
    opening = f"Let b be the old bit {end}, which is shifted out. Bit {begin} takes b. Every other bit i takes"
    bits = (
        f"each of the bits {listed([str(number) for number in numbers])}" if len(numbers) > 1 else f"bit {numbers[0]}"
    )
    return f"{opening} the old bit {source}, but {bits} takes the {gate} of b and that old bit."


def _lock_text(params: Params, words: Mapping[str, str]) -> str:
    state = f"{params['width']}'d{_lock(params)}"
    opening = f"The state {state} would step to itself for ever."
    seed = f"{params['width']}'d{_seed(params)}"
    if params["lock"] == "escaped":
        return f"{opening} It may be loaded, but a step from it leads to {seed} instead."
    if params["lock"] == "refused":
        return f"{opening} It is never entered: loading this value of `{words['value']}` loads {seed} instead."
    return f"{opening} It may be loaded, and then no step leads out of it, only another load or a reset."


def _load_text(params: Params, words: Mapping[str, str]) -> str:
    load, enable = f"`{words['load']}`", f"`{words['enable']}`"
    if params["load"] == "always":
        return f"An edge that finds {load} at 1 loads, whether {enable} is 0 or 1; there is no step at that edge."
    return f"An edge that finds {load} and {enable} both at 1 loads; while {enable} is 0, {load} has no effect."


def _bit_text(params: Params, words: Mapping[str, str]) -> str:
    rules = []
    if params["output"] != "bit":
        rules.append(f"`{words['state']}` is the state.")
    if params["output"] != "state":
        end = params["width"] - 1 if params["direction"] == "left" else 0
        rules.append(f"`{words['bit']}` is bit {end} of the state, which the next step shifts out.")
    return " ".join(rules)


def _fill(params: Params) -> Mapping[str, str]:
    pinout, width = _pinout(params), params["width"]
    words = pinout.words()
    return words | _verilog(params, words) | {
        "width": str(width),
        "left": str(width - 1),
        "seed": f"{width}'d{_seed(params)}",
        "form_text": {"fibonacci": "Fibonacci", "galois": "Galois"}[params["form"]],
        "side": params["direction"],
        "step_text": _step_text(params),
        "load_text": _load_text(params, words),
        "lock_text": _lock_text(params, words),
        "bit_text": _bit_text(params, words),
        "example": pinout.example(lambda: _Register(params), _example(params), binary=True),
    }  # fmt: skip


def _bits(params: Params, *, gate: str) -> str:
    """The state after a step, as the items of a concatenation."""
    width, left, taps = params["width"], params["direction"] == "left", _taps(params)
    begin, end = (0, width - 1) if left else (width - 1, 0)
    items = []
    for place in range(width - 1, -1, -1):
        if place != begin:
            kept = f"register[{place - 1 if left else place + 1}]"
            changed = params["form"] == "galois" and place in taps
            items.append(f"register[{end}] {gate} {kept}" if changed else kept)
        elif params["form"] == "galois":
            items.append(f"register[{end}]")
        else:
            total = " ^ ".join(f"register[{tap}]" for tap in taps)
            items.append(total if gate == "^" else f"~({total})")
    return ", ".join(items)


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution and of the near-misses."""
    width, lock, gates = params["width"], params["lock"], ("^", "~^")
    gate = gates[params["gate"] == "xnor"]
    seed, dead = f"{width}'d{_seed(params)}", f"{width}'d{_lock(params)}"
    escape = f"register == {dead} ? {seed} : following"
    refuse = f"{words['value']} == {dead} ? {seed} : {words['value']}"
    always, gated = words["load"], f"{words['load']} && {words['enable']}"
    end = width - 1 if params["direction"] == "left" else 0
    other = {**params, "direction": "right" if params["direction"] == "left" else "left"}
    return {
        "following": _bits(params, gate=gate),
        "other_gate": _bits(params, gate=gates[params["gate"] == "xor"]),
        "other_side": _bits(other, gate=gate),
        "load_condition": always if params["load"] == "always" else gated,
        "other_load": gated if params["load"] == "always" else always,
        "loaded": refuse if lock == "refused" else words["value"],
        "stepped": escape if lock == "escaped" else "following",
        "other_stepped": escape if lock == "kept" else "following",
        "assigns": f"    assign {words.get('state')} = register;\n" * (params["output"] != "bit")
        + f"    assign {words.get('bit')} = register[{end}];\n" * (params["output"] != "state"),
    }


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """Some steps from the seed, a load, the lock-up state and a step from it."""
    run, lock = {"enable": 1}, {"enable": 1, "load": 1, "value": _lock(params)}
    load = {"enable": 1, "load": 1, "value": 6}
    return [{"reset": 1}, run, run, run, run, {}, load, run, {"load": 1, "value": 9}, run, lock, run, run]


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """A long run, each bit alone loaded and moved on, lock-up from every side, then runs of mixed lengths."""
    width, run, lock = params["width"], {"enable": 1}, _lock(params)
    full = (1 << width) - 1

    def load(value: int, enable: int = 1) -> dict[str, int]:
        return {"load": 1, "enable": enable, "value": value}

    cycles: list[dict[str, int]] = [{"reset": 1}, {"reset": 1, **load(full // 3)}, {}, {}, *[run] * (2 * width)]
    cycles += [load(lock), {}, run, run, {}, run, load(full ^ lock), run, run, load(lock, 0), {}, run, run, run]
    cycles += [load(lock), load(lock), run, {"reset": 1}, {}, load(lock), {"reset": 1, **run}, run]
    for place in range(width):
        near, value = 1 << place, random.getrandbits(width)
        cycles += [load(near ^ lock), run, {"value": value}, load(value, 0), run, run]
    while len(cycles) < 330:
        cycles.append(load(random.choice((random.getrandbits(width), random.getrandbits(width), lock))))
        for _ in range(random.choice((2, width, width + 4))):
            pins = {"enable": int(random.random() < 0.85), "value": random.getrandbits(width)}
            cycles.append({**pins, "load": int(random.random() < 0.03), "reset": int(random.random() < 0.02)})
    for _ in range(50):
        after = {"enable": random.getrandbits(1), "load": random.getrandbits(1), "value": random.getrandbits(width)}
        cycles.append(one_change({**cycles[-1], "reset": 0}, after, random))
    return cycles


FAMILY = Family(
    name="linear_feedback_shift_register",
    revision=1,
    level=2,
    title="linear feedback shift register",
    choices={
        "width": tuple(_EXPONENTS),
        "form": ("fibonacci", "galois"),
        "polynomial": ("plain", "reciprocal"),
        "direction": ("left", "right"),
        "gate": ("xor", "xnor"),
        "lock": ("kept", "escaped", "refused"),
        "load": ("always", "enabled"),
        "seed": tuple(_SEEDS),
        "output": ("state", "bit", "both"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("linear_feedback_shift_register", "lfsr", "random_bits"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Register(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    tags=("sequential", "feedback"),
)
