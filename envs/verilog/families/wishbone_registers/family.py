"""Registers behind a Wishbone port: classic cycles with wait cycles, byte selects, acknowledge or error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecot.envs.verilog.bench import bus
from ecot.envs.verilog.bench.drawing import Drawing
from ecot.envs.verilog.bench.plan import Bench, Phase, files_of, rehearsed
from ecot.envs.verilog.family import Family, Params, Port
from ecot.envs.verilog.pinout import Pinout

_PREFIXES = {"short": "", "long": "wb_", "suffixed": "wbs_"}
_STYLE = bus.Style(request=("cycle", "strobe"), instead=True, by_bytes=False)


def _pinout(params: Params) -> Pinout:
    pinout, prefix, width = Pinout(params), _PREFIXES[params["naming"]], params["width"]
    ports = pinout.ports

    def add(key: str, name: str, direction: str, description: str, width: int = 1) -> None:
        ports[key] = Port(name=prefix + name, direction=direction, width=width, description=description)

    add("cycle", "cyc", "input", "a bus cycle is under way")
    add("strobe", "stb", "input", "the module is addressed")
    add("write", "we", "input", "1 for a write, 0 for a read")
    add("address", "adr", "input", "index of a register", _STYLE.address_width(params))
    add("written", "dat_w", "input", "data to write", width)
    add("strobes", "sel", "input", "a bit per byte to write", width // 8)
    add("ready", "ack", "output", "the access ends at the next edge")
    add("shown", "dat_r", "output", "data read", width)
    if params["errors"] != "none":
        add("error", "err", "output", "the access ends at the next edge and failed")
    if params["read_only"] != "none":
        ports["status"] = Port(name="status", direction="input", width=width, description="what software may read")
    ports["control"] = Port(name="control", direction="output", width=width, description="a register, for the hardware")
    return pinout


def _fill(params: Params) -> Mapping[str, str]:
    words = _pinout(params).words()
    error, ready = words.get("error", ""), words["ready"]
    bank = bus.fill(params, words, _STYLE)
    instead = f"`{error}` is 1 and `{ready}` stays 0 in the cycle that ends"
    failures = {
        "none": "There is no error output: an access whose index has no register ends in the same way.",
        "nothing": f"{instead} an access whose index has no register.",
        "both": f"{instead} an access whose index has no register, or a write to the read-only register.",
    }
    return {
        **bank,
        "failure_text": failures[params["errors"]],
        "error_assign": f"    assign {error} = ends && ({bank['failing']});" if error else "",
        "well": f" && !({bank['failing']})" if error else "",
        "outputs_zero": f"`{ready}`, `{words['shown']}`" + (f" and `{error}`" if error else ""),
    }


def _phases(params: Params, draw: Drawing) -> Sequence[Phase]:
    pinout = _pinout(params)
    ports = pinout.ports
    ready = [ports[key].name for key in ("ready", "error") if key in ports]
    kind = {"kind": "source", "valid": [ports["cycle"].name, ports["strobe"].name], "ready": ready}
    return bus.phases(params, draw, pinout, _STYLE, kind=kind)


FAMILY: Family = Family(
    name="wishbone_registers",
    revision=1,
    level=4,
    title="registers on Wishbone",
    choices={
        **bus.CHOICES,
        "naming": tuple(_PREFIXES),
        "top": ("wishbone_registers", "wb_regs", "register_file"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: bus.scoreboard(params, _pinout(params), _STYLE),
    stimulus=lambda params, random: rehearsed(FAMILY, params, random),
    cosmetic=("naming", "top"),
    valid=bus.valid,
    judge="cocotb",
    files=lambda params: files_of(FAMILY, params),
    bench=Bench(phases=_phases, points=bus.points, crosses=bus.crosses),
    tags=("bus", "wishbone"),
)
