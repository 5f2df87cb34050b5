"""Registers behind an OBI port: a grant and a response with wait cycles, the next request beside the last response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ecot.envs.verilog.bench import bus, pipelined
from ecot.envs.verilog.bench.drawing import Drawing
from ecot.envs.verilog.bench.plan import Bench, Phase, files_of, rehearsed
from ecot.envs.verilog.family import Family, Params, Port
from ecot.envs.verilog.pinout import Pinout

_PREFIXES = {"short": "", "long": "obi_", "suffixed": "s_"}
_STYLE = pipelined.Style(
    asks=lambda now: bool(now["request"]), strobes=lambda now: now["strobes"], late_data=False, long_errors=False
)


def _pinout(params: Params) -> Pinout:
    pinout, prefix, width = Pinout(params), _PREFIXES[params["naming"]], params["width"]
    ports = pinout.ports

    def add(key: str, name: str, direction: str, description: str, width: int = 1) -> None:
        ports[key] = Port(name=prefix + name, direction=direction, width=width, description=description)

    add("request", "req", "input", "an access is asked for")
    add("ready", "gnt", "output", "what is asked for is taken at the next edge")
    add("write", "we", "input", "1 for a write, 0 for a read")
    add("address", "addr", "input", "address in bytes", 4 if width == 16 else 5)
    add("strobes", "be", "input", "a bit per byte to write", width // 8)
    add("written", "wdata", "input", "data to write", width)
    add("answered", "rvalid", "output", "response to the access that was taken last")
    add("shown", "rdata", "output", "data read", width)
    if params["errors"] != "none":
        add("error", "err", "output", "the access failed")
    if params["read_only"] != "none":
        ports["status"] = Port(name="status", direction="input", width=width, description="what software may read")
    ports["control"] = Port(name="control", direction="output", width=width, description="a register, for the hardware")
    return pinout


def _fill(params: Params) -> Mapping[str, str]:
    words = _pinout(params).words()
    error = words.get("error", "")
    bank = pipelined.fill(params, words, data="data")
    failures = {
        "none": "There is no error output: the response to an access whose index has no register is as any other.",
        "nothing": f"`{error}` is 1 in the response cycle of an access whose index has no register.",
        "both": f"`{error}` is 1 in the response cycle of an access whose index has no register, and of a write to the "
        "read-only register.",
    }
    return {
        **bank,
        "failure_text": failures[params["errors"]],
        "error_assign": f"    assign {error} = answers && ({bank['failing']});" if error else "",
        "outputs_zero": f"`{words['shown']}` is" if not error else f"`{words['shown']}` and `{error}` are",
    }


def _player(params: Params, items: Sequence[pipelined.Access], draw: Drawing) -> Mapping[str, Any]:
    """Requests that stay until they are granted."""
    ports, low = _pinout(params).ports, (int(params["width"]) // 8).bit_length() - 1
    offered = []
    for item in items:
        values = {
            "address": item["index"] << low | item["low"],
            "write": item["write"],
            "written": item["data"],
            "strobes": item["strobes"],
        }
        offered.append(
            {
                "gap": item["gap"],
                "values": {ports[key].name: value for key, value in values.items()},
                "junk": {ports[key].name: draw.bits(ports[key].width) for key in values},
            }
        )
    return {"kind": "source", "valid": [ports["request"].name], "ready": [ports["ready"].name], "items": offered}


def _phases(params: Params, draw: Drawing) -> Sequence[Phase]:
    return pipelined.phases(params, draw, _pinout(params), player=lambda items, drawn: _player(params, items, drawn))


FAMILY: Family = Family(
    name="obi_registers",
    revision=1,
    level=4,
    title="registers on OBI",
    choices={
        **bus.CHOICES,
        "naming": tuple(_PREFIXES),
        "top": ("obi_registers", "obi_regs", "core_registers"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: pipelined.scoreboard(params, _pinout(params), _STYLE),
    stimulus=lambda params, random: rehearsed(FAMILY, params, random),
    cosmetic=("naming", "top"),
    valid=pipelined.valid,
    judge="cocotb",
    files=lambda params: files_of(FAMILY, params),
    bench=Bench(phases=_phases, points=bus.points, crosses=bus.crosses),
    tags=("bus", "obi"),
)
