"""Gray code: converters in either or both directions and Gray counters with load, limits and a binary output."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, Clocking, driven, spelled
from ecot.envs.verilog.families.gray.model import model_of
from ecot.envs.verilog.families.gray.text import fill
from ecot.envs.verilog.family import Family, Inputs, Model, Params, Port

_CONVERTER_WIDTHS = tuple(range(3, 17))
_LOADED_WIDTHS = (4, 6, 8, 12, 16)
_COUNTED_WIDTHS = (3, 4, 5, 6)


def _clocking(params: Params) -> Clocking:
    """Clock and reset; a combinational draw has no ports for them."""
    return Clocking.of(params["naming"], params["reset"])


def _ports(params: Params) -> dict[str, Port]:
    """The ports by key, in the order of the interface table."""
    clocked = params["stage"] == "registered"
    ports = _clocking(params).ports() if clocked else {}
    keys = _counter_keys(params) if params["form"] == "counter" else _converter_keys(params)
    for key, (short, long, direction, width, description) in keys.items():
        name = spelled(params["naming"], short, long, direction)
        ports[key] = Port(name=name, direction=direction, width=width, description=description)
    return ports


_Spelled = tuple[str, str, str, int, str]
"""Short name, long name, direction, width, description."""


def _converter_keys(params: Params) -> dict[str, _Spelled]:
    width, keys = params["width"], dict[str, _Spelled]()
    style = "registered" if params["stage"] == "registered" else "combinational"
    if params["enable"]:
        keys["enable"] = ("en", "enable", "input", 1, "clock enable of the output register, active high")
    if params["form"] == "both":
        keys["select"] = ("dec", "decode", "input", 1, "0: binary to Gray, 1: Gray to binary")
        keys["code"] = ("d", "code_in", "input", width, "number to convert")
        keys["result"] = ("q", "code_out", "output", width, f"converted number, {style}")
        return keys
    binary, gray = ("bin", "binary"), ("gry", "gray")
    source, target = (binary, gray) if params["form"] == "encode" else (gray, binary)
    keys["code"] = (*source, "input", width, f"number in {source[1]} code")
    keys["result"] = (*target, "output", width, f"the number in {target[1]} code, {style}")
    return keys


def _counter_keys(params: Params) -> dict[str, _Spelled]:
    width, keys = params["width"], dict[str, _Spelled]()
    if params["enable"]:
        keys["enable"] = ("en", "enable", "input", 1, "count enable, active high")
    if params["direction"] == "both":
        keys["down"] = ("dn", "count_down", "input", 1, "0 counts up, 1 counts down")
    if params["load"] != "none":
        keys["load"] = ("ld", "load", "input", 1, "synchronous load, active high")
        keys["data"] = ("d", "load_value", "input", width, f"count to load, in {params['load']} code")
    keys["gray"] = ("gry", "gray_count", "output", width, "the count in Gray code")
    if params["binary_output"]:
        keys["binary"] = ("bin", "binary_count", "output", width, "the count in binary code")
    return keys


def _model(params: Params) -> Model:
    return model_of(params, _ports(params), _clocking(params))


def _fill(params: Params) -> dict[str, str]:
    return fill(params, ports=_ports(params), clocking=_clocking(params), model=_model(params))


def _codes(width: int, rng: Random) -> list[int]:
    """Every code of a narrow converter; of a wide one the ends, each bit alone and missing, and a drawn share."""
    if width <= 7:
        return rng.sample(range(1 << width), 1 << width)
    full = (1 << width) - 1
    bits = [1 << bit for bit in range(width)]
    edges = [0, full, 0x5555 & full, 0xAAAA & full, *bits, *(full - bit for bit in bits)]
    return [*edges, *(rng.randrange(full + 1) for _ in range(180 - len(edges)))]


def _conversions(params: Params, rng: Random) -> list[dict[str, int]]:
    """Every drawn code, in both directions where there are two; disabled cycles and resets in between."""
    cycles = [{"reset": 1}, {"reset": 1, "enable": 1, "code": (1 << params["width"]) - 1}, {"enable": 0, "code": 1}]
    cycles += [{"enable": 0, "code": (1 << params["width"]) - 1, "select": 1}]
    selections = (0, 1) if params["form"] == "both" else (0,)
    cases = [(code, select) for code in _codes(params["width"], rng) for select in selections]
    cases *= max(1, 80 >> params["width"])
    # In any order: what a register keeps of one case must not help with the next.
    rng.shuffle(cases)
    for code, select in cases[:250]:
        cycles.append({"enable": 1, "code": code, "select": select})
        if rng.random() < 0.25:
            cycles.append({"enable": 0, "code": rng.randrange(1 << params["width"]), "select": rng.randrange(2)})
        if rng.random() < 0.06:
            cycles.append({"reset": 1, "enable": rng.randrange(2), "code": code, "select": rng.randrange(2)})
            cycles.append({"enable": 0, "code": code, "select": 1})
    return cycles


def _counts(params: Params, rng: Random) -> list[dict[str, int]]:
    """Round the whole cycle where it is short, else by loads about both ends; then a weighted walk."""
    width, full = params["width"], (1 << params["width"]) - 1
    cycles: list[dict[str, int]] = [{"reset": 1}, {"reset": 1, "enable": 1, "load": 1, "data": full, "down": 1}]
    cycles += [{}, {"down": 1}]
    if params["load"] == "none":
        lap = [{"enable": 1}] * (full + 3)
        cycles += [*lap, {}, *({**cycle, "down": 1} for cycle in lap), {"enable": 1}, {"reset": 1, "enable": 1}, {}]
    else:
        for data in (full, 0, 1, 1 << (width - 1), full >> 1, full - 1, *(1 << bit for bit in range(1, width))):
            down = rng.randrange(2)
            cycles += [{"load": 1, "data": data, "enable": rng.randrange(2), "down": rng.randrange(2)}, {"data": full}]
            cycles += [{"enable": 1, "down": down}] * 2 + [{"enable": 1, "down": 1 - down}] * 3
        cycles += [{"reset": 1, "load": 1, "data": full}, {"down": 1}]
    heading = 0
    for _ in range(max(100, 340 - len(cycles))):
        heading = heading if rng.random() < 0.85 else 1 - heading
        data = rng.choice((0, 1, full, 1 << (width - 1), rng.randrange(full + 1), rng.randrange(full + 1)))
        load, reset = int(rng.random() < 0.12), int(rng.random() < 0.03)
        enable = int(rng.random() < 0.8)
        cycles.append({"enable": enable, "down": heading, "load": load, "data": data, "reset": reset})
    return cycles


def _stimulus(params: Params, rng: Random) -> Sequence[Inputs]:
    cycles = _counts(params, rng) if params["form"] == "counter" else _conversions(params, rng)
    return driven(cycles, _ports(params), _clocking(params))


def _valid(params: Params) -> bool:
    """Choices without a meaning are pinned to their first value; a counter must be able to reach its ends."""
    first = {key: values[0] for key, values in FAMILY.choices.items()}
    if params["form"] == "counter":
        widths = _COUNTED_WIDTHS if params["load"] == "none" else _LOADED_WIDTHS
        stuck = params["load"] == "none" and params["direction"] == "down" and params["limit"] == "saturate"
        return params["stage"] == "registered" and params["width"] in widths and not stuck
    pinned = ["direction", "limit", "load", "binary_output"]
    if params["stage"] == "combinational":
        pinned += ["reset", "enable"]
    return all(params[key] == first[key] for key in pinned)


FAMILY = Family(
    name="gray",
    revision=1,
    level=2,
    title="Gray code converter or counter",
    choices={
        "form": ("encode", "decode", "both", "counter"),
        "width": _CONVERTER_WIDTHS,
        "stage": ("combinational", "registered"),
        "reset": RESETS,
        "enable": (False, True),
        "direction": ("up", "down", "both"),
        "limit": ("wrap", "saturate"),
        "load": ("none", "binary", "gray"),
        "binary_output": (False, True),
        "naming": NAMINGS,
    },
    ports=lambda params: tuple(_ports(params).values()),
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming",),
    valid=_valid,
    tags=("combinational", "sequential", "codes"),
)
