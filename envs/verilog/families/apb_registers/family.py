"""Registers behind an APB port: setup and access, wait cycles, byte strobes, error answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecot.envs.verilog.bench import bus
from ecot.envs.verilog.bench.drawing import Drawing
from ecot.envs.verilog.bench.plan import Bench, Phase, files_of, rehearsed
from ecot.envs.verilog.family import Family, Params, Port
from ecot.envs.verilog.pinout import Pinout

_PREFIXES = {"short": "p", "long": "apb_", "suffixed": "s_apb_p"}
_STYLE = bus.Style(request=("select", "enable"), instead=False, by_bytes=True)


def _pinout(params: Params) -> Pinout:
    pinout, prefix, width = Pinout(params), _PREFIXES[params["naming"]], params["width"]
    ports = pinout.ports

    def add(key: str, name: str, direction: str, description: str, width: int = 1) -> None:
        ports[key] = Port(name=prefix + name, direction=direction, width=width, description=description)

    add("select", "sel", "input", "the module is addressed")
    add("enable", "enable", "input", "second and later cycles of an access")
    add("write", "write", "input", "1 for a write, 0 for a read")
    add("address", "addr", "input", "address in bytes", _STYLE.address_width(params))
    add("written", "wdata", "input", "data to write", width)
    add("strobes", "strb", "input", "a bit per byte to write", width // 8)
    add("ready", "ready", "output", "the access ends at the next edge")
    add("shown", "rdata", "output", "data read", width)
    if params["errors"] != "none":
        add("error", "slverr", "output", "the access failed")
    if params["read_only"] != "none":
        ports["status"] = Port(name="status", direction="input", width=width, description="what software may read")
    ports["control"] = Port(name="control", direction="output", width=width, description="a register, for the hardware")
    return pinout


def _fill(params: Params) -> Mapping[str, str]:
    words = _pinout(params).words()
    error = words.get("error", "")
    failures = {
        "none": "There is no error output: an access whose index has no register ends in the same way.",
        "nothing": f"`{error}` is 1 in such a cycle where the index has no register, and 0 otherwise.",
        "both": f"`{error}` is 1 in such a cycle where the index has no register, or where the read-only register is "
        "written, and 0 otherwise.",
    }
    return {
        **bus.fill(params, words, _STYLE),
        "failure_text": failures[params["errors"]],
        "error_assign": f"    assign {error} = ends && ({bus.fill(params, words, _STYLE)['failing']});"
        if error
        else "",
        "error_zero": f"    assign {error} = 1'b0;" if error else "",
        "low_text": f"bits {_STYLE.low_bits(params) - 1} to 0" if params["width"] == 32 else "bit 0",
        "index_text": f"Bits {_STYLE.low_bits(params) + 2} to {_STYLE.low_bits(params)}",
        "outputs_zero": f"`{words['ready']}`, `{words['shown']}`" + (f" and `{error}`" if error else ""),
    }


def _phases(params: Params, draw: Drawing) -> Sequence[Phase]:
    pinout = _pinout(params)
    ports = pinout.ports
    kind = {"kind": "apb", **{key: ports[key].name for key in ("select", "enable", "ready")}}
    return bus.phases(params, draw, pinout, _STYLE, kind=kind)


FAMILY: Family = Family(
    name="apb_registers",
    revision=1,
    level=4,
    title="registers on APB",
    choices={
        **bus.CHOICES,
        "naming": tuple(_PREFIXES),
        "top": ("apb_registers", "apb_regs", "peripheral_registers"),
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
    tags=("bus", "apb"),
)
