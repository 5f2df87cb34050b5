"""Registers behind an Avalon memory-mapped port: wait requests, byte enables, reads answered some cycles later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ecot.envs.verilog.bench import bus, pipelined, registers
from ecot.envs.verilog.bench.drawing import Drawing, Point
from ecot.envs.verilog.bench.plan import Bench, Phase, files_of, rehearsed
from ecot.envs.verilog.bench.reporting import Reporting
from ecot.envs.verilog.clocking import RESETS
from ecot.envs.verilog.families.avalon_registers.model import CODES, Registers
from ecot.envs.verilog.family import Family, Params, Port
from ecot.envs.verilog.pinout import Pinout

_PREFIXES = {"short": "", "long": "avs_", "suffixed": "s0_"}
_LATENCY = {
    1: "in the first cycle behind that edge",
    2: "in the second cycle behind that edge",
    3: "in the third cycle behind that edge",
}


def _pinout(params: Params) -> Pinout:
    pinout, prefix, width = Pinout(params), _PREFIXES[params["naming"]], params["width"]
    ports = pinout.ports

    def add(key: str, name: str, direction: str, description: str, width: int = 1) -> None:
        ports[key] = Port(name=prefix + name, direction=direction, width=width, description=description)

    add("address", "address", "input", "index of a register", registers.INDEX_BITS)
    add("read", "read", "input", "a read is asked for")
    add("write", "write", "input", "a write is asked for")
    add("written", "writedata", "input", "data to write", width)
    add("strobes", "byteenable", "input", "a bit per byte to write", width // 8)
    add("waits", "waitrequest", "output", "what is asked for is not taken at the next edge")
    add("answered", "readdatavalid", "output", "answer to a read")
    add("shown", "readdata", "output", "data read", width)
    if params["errors"] != "none":
        add("response", "response", "output", "how the read went", 2)
    if params["read_only"] != "none":
        ports["status"] = Port(name="status", direction="input", width=width, description="what software may read")
    ports["control"] = Port(name="control", direction="output", width=width, description="a register, for the hardware")
    return pinout


def _valid(params: Params) -> bool:
    """Something must be able to wait, or the wait request would never hold up anything."""
    return bool(params["read_waits"] or params["write_waits"])


def _fill(params: Params) -> Mapping[str, str]:
    words, width, latency = _pinout(params).words(), params["width"], params["latency"]
    reads, writes = params["read_waits"], params["write_waits"]
    bits = 2 if writes == 2 else 1
    bank = registers.fill(
        params, width, status=words.get("status", ""), control=words["control"], by_bytes=False,
        status_moment="just before the edge that takes the read",
    )  # fmt: skip
    code, response = CODES[params["errors"]], words.get("response", "")
    stages = range(1, latency)
    return {
        **words,
        **bank,
        "data_width": str(width),
        "read_waits": _cycles(reads),
        "waited_range": "[1:0] " if bits == 2 else "",
        "write_waits": _cycles(writes),
        "waits_for": str(reads) if reads == writes else f"({words['write']} ? {bits}'d{writes} : {bits}'d{reads})",
        "word_writes": bank["word_writes"].replace("written", words["written"]),
        "byte_mask": bank["byte_mask"].replace("strobes", words["strobes"]),
        "zero": f"{width}'d0",
        "latency_text": _LATENCY[latency],
        "idle_level": str(int(params["idle"] == "high")),
        "must_wait": "!takes" if params["idle"] == "high" else "requested && !takes",
        "response_text": f" `{response}` is 0 beside it where the index has a register and {code} where it has none."
        if response
        else "",
        "response_open": f" and `{response}` are" if response else " is",
        "flight_left": str(latency - 1),
        "flight": "\n".join(f"    reg [{width - 1}:0] data_{stage};" for stage in range(latency)),
        "flight_steps": "\n".join(f"        data_{stage} <= data_{stage - 1};" for stage in stages),
        "arrivals": "takes_read" if latency == 1 else f"{{flying[{latency - 2}:0], takes_read}}",
        "oldest": f"data_{latency - 1}",
        "missed": f"    reg [{latency - 1}:0] missed;" if response else "",
        "missed_step": "        missed <= "
        + (
            f"index > {params['count'] - 1};"
            if latency == 1
            else f"{{missed[{latency - 2}:0], index > {params['count'] - 1}}};"
        )
        if response
        else "",
        "response_assign": f"    assign {response} = missed[{latency - 1}] ? 2'd{code} : 2'd0;" if response else "",
        "early_answer": f"    assign {words['answered']} = "
        + ("takes_read;" if latency == 1 else f"flying[{latency - 2}];"),
        "response_zero": f"    assign {response} = 2'd0;" if response else "",
    }


def _cycles(count: int) -> str:
    return ("no cycle", "one cycle", "two cycles")[count]


def _player(params: Params, items: Sequence[pipelined.Access], draw: Drawing) -> Mapping[str, Any]:
    """Requests that stay until they are taken."""
    ports, offered = _pinout(params).ports, []
    for item in items:
        free = {key: draw.bits(ports[key].width) for key in ("address", "written", "strobes")}
        values = {
            "address": item["index"],
            "read": 1 - item["write"],
            "write": item["write"],
            "written": item["data"] if item["write"] else free["written"],
            "strobes": item["strobes"] if item["write"] else free["strobes"],
        }
        junk = {**free, "read": 0, "write": 0}
        offered.append(
            {
                "gap": item["gap"],
                "values": {ports[key].name: value for key, value in values.items()},
                "junk": {ports[key].name: value for key, value in junk.items()},
            }
        )
    return {"kind": "source", "valid": [], "ready": [ports["waits"].name], "level": "0", "items": offered}


def _phases(params: Params, draw: Drawing) -> Sequence[Phase]:
    return pipelined.phases(params, draw, _pinout(params), player=lambda items, drawn: _player(params, items, drawn))


def _points(params: Params) -> Sequence[Point]:
    most = max(1, params["latency"] - params["read_waits"])
    return [*bus.points({**params, "errors": "nothing"}), Point("others in flight", tuple(range(most)))]


def _model(params: Params) -> Reporting:
    return Reporting(_pinout(params), partial(Registers, params), open_in_reset=("waits",))


FAMILY: Family = Family(
    name="avalon_registers",
    revision=1,
    level=4,
    title="registers on Avalon",
    choices={
        **registers.CHOICES,
        "width": (16, 32),
        "read_waits": (0, 1),
        "write_waits": (0, 1, 2),
        "latency": tuple(_LATENCY),
        "idle": ("low", "high"),
        "errors": tuple(CODES),
        "reset": RESETS,
        "naming": tuple(_PREFIXES),
        "top": ("avalon_registers", "avalon_regs", "agent_registers"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=lambda params, random: rehearsed(FAMILY, params, random),
    cosmetic=("naming", "top"),
    valid=_valid,
    judge="cocotb",
    files=lambda params: files_of(FAMILY, params),
    bench=Bench(phases=_phases, points=_points, crosses=bus.crosses),
    tags=("bus", "avalon"),
)
