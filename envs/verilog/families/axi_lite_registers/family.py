"""Registers behind an AXI4-Lite subordinate port: handshakes on five channels, byte strobes, error responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ecot.envs.verilog.bench import registers
from ecot.envs.verilog.bench.drawing import Drawing, Point
from ecot.envs.verilog.bench.plan import Bench, Phase, files_of, noise, phase, ready_pattern, rehearsed
from ecot.envs.verilog.bench.reporting import Reporting
from ecot.envs.verilog.clocking import RESETS
from ecot.envs.verilog.families.axi_lite_registers.model import CODES, WIDTH, Registers
from ecot.envs.verilog.family import Family, Params, Port
from ecot.envs.verilog.pinout import Pinout

_PREFIXES = {"short": "", "long": "s_axi_", "suffixed": "axil_"}
_FLOW = {
    "one": "while no response of the same kind waits",
    "overlap": "while no response of the same kind waits, or in the cycle in which the waiting one is taken",
}


def _pinout(params: Params) -> Pinout:
    pinout = Pinout(params)
    ports = pinout.ports
    prefix = _PREFIXES[params["naming"]]

    def add(key: str, direction: str, description: str, width: int = 1) -> None:
        ports[key] = Port(name=prefix + key, direction=direction, width=width, description=description)

    address = registers.INDEX_BITS + 2
    add("awvalid", "input", "a write address is offered")
    add("awready", "output", "the write address is taken")
    add("awaddr", "input", "write address, in bytes", address)
    add("wvalid", "input", "write data are offered")
    add("wready", "output", "the write data are taken")
    add("wdata", "input", "write data", WIDTH)
    add("wstrb", "input", "a bit per byte of the data", WIDTH // 8)
    add("bvalid", "output", "a write response waits")
    add("bready", "input", "the write response is taken")
    add("bresp", "output", "write response", 2)
    add("arvalid", "input", "a read address is offered")
    add("arready", "output", "the read address is taken")
    add("araddr", "input", "read address, in bytes", address)
    add("rvalid", "output", "a read response waits")
    add("rready", "input", "the read response is taken")
    add("rdata", "output", "read data", WIDTH)
    add("rresp", "output", "read response", 2)
    if params["read_only"] != "none":
        ports["status"] = Port(name="status", direction="input", width=WIDTH, description="what software may read")
    ports["control"] = Port(name="control", direction="output", width=WIDTH, description="a register, for the hardware")
    return pinout


def _fill(params: Params) -> Mapping[str, str]:
    words = _pinout(params).words()
    overlap = params["flow"] == "overlap"
    bank = registers.fill(params, WIDTH, status=words.get("status", ""), control=words["control"])
    return {
        **words,
        **bank,
        "zero": f"{WIDTH}'d0",
        "flow_text": _FLOW[params["flow"]],
        "error_name": str(params["error"]).upper(),
        "error_code": str(CODES[params["error"]]),
        "overlap_write": f" || {words['bready']}" if overlap else "",
        "overlap_read": f" || {words['rready']}" if overlap else "",
        "word_writes": bank["word_writes"].replace("index", "write_index").replace("written", words["wdata"]),
        "word_read": bank["word_read"].replace("index", "read_index"),
        "read_only_text": " A write to the read-only register changes nothing and is answered with SLVERR (2)."
        if params["read_only"] != "none"
        else "",
        "write_code": _write_code(params),
        "byte_mask": bank["byte_mask"].replace("strobes", words["wstrb"]),
    }


def _write_code(params: Params) -> str:
    """The response to a write, as an expression."""
    last, hidden, other = params["count"] - 1, registers.read_only_of(params), f"2'd{CODES[params['error']]}"
    if hidden is None:
        return f"write_index <= {last} ? 2'd0 : {other}"
    if params["error"] == "slverr":
        return f"write_index <= {last} && write_index != {hidden} ? 2'd0 : 2'd2"
    return f"write_index > {last} ? {other} : write_index == {hidden} ? 2'd2 : 2'd0"


def _model(params: Params) -> Reporting:
    return Reporting(_pinout(params), partial(Registers, params), open_in_reset=("awready", "wready", "arready"))


def _phases(params: Params, draw: Drawing) -> Sequence[Phase]:
    """Directed reads and writes of every place, a reset in mid-flight, then random traffic at several loads."""
    pinout = _pinout(params)
    every = [{"index": index, "low": 0, "data": draw.bits(WIDTH), "strobes": 15, "gap": 0} for index in range(8)]
    partial = [{**item, "data": draw.bits(WIDTH), "strobes": draw.random.randrange(1, 15)} for item in every * 2]
    inverted = [{**item, "data": item["data"] ^ (1 << WIDTH) - 1} for item in every]
    phases = [
        phase(pinout, players=_traffic(params, draw, [], every, (1.0, 1.0)), opening=noise(pinout, draw)),
        *(
            phase(pinout, players=_traffic(params, draw, writes, reads, (1.0, 1.0)))
            for writes, reads in ((every, []), ([], every), (inverted, []), ([], every), (partial, every))
        ),
        phase(pinout, players=_traffic(params, draw, [], every, (1.0, 0.5))),
    ]
    for number, loads in enumerate([(1.0, 0.3), (0.4, 1.0), (0.5, 0.5), (0.0, 0.0)]):
        writes, reads = ([registers.access(draw, params, WIDTH) for _ in range(18)] for _ in range(2))
        cut = draw.random.randrange(10, 20) if number > 1 else 0
        opening = noise(pinout, draw, 3) if number % 2 else []
        players = _traffic(params, draw, writes, reads, loads)
        phases.append(phase(pinout, players=players, cut=cut, opening=opening))
    return [*phases, phase(pinout, players=_traffic(params, draw, [], every, (1.0, 1.0)))]


def _traffic(
    params: Params, draw: Drawing, writes: Sequence[Any], reads: Sequence[Any], loads: tuple[float, float]
) -> list[dict[str, Any]]:
    """Three masters for the channels that come in, two ready patterns for those that go out."""
    named = _pinout(params).ports
    names = {key: port.name for key, port in named.items()}

    def channel(valid: str, ready: str, items: Sequence[Any], pins: Mapping[str, str]) -> dict[str, Any]:
        listed = [
            {
                "gap": item["gap"] if draw.random.random() < 0.5 else 0,
                "values": {names[pin]: item[key] for pin, key in pins.items()},
                "junk": {names[pin]: draw.bits(named[pin].width) for pin in pins},
            }
            for item in items
        ]
        return {"kind": "source", "valid": [names[valid]], "ready": [names[ready]], "items": listed}

    addressed_writes, addressed_reads = (
        [{**item, "address": item["index"] << 2 | item["low"]} for item in items] for items in (writes, reads)
    )
    players = [
        channel("awvalid", "awready", addressed_writes, {"awaddr": "address"}),
        channel("wvalid", "wready", addressed_writes, {"wdata": "data", "wstrb": "strobes"}),
        channel("arvalid", "arready", addressed_reads, {"araddr": "address"}),
        ready_pattern(names["bready"], draw, share=loads[0]),
        ready_pattern(names["rready"], draw, share=loads[1]),
    ]
    if "status" in names:
        steps = [(draw.random.randrange(1, 4), {names["status"]: draw.bits(WIDTH)}) for _ in range(40)]
        players.append({"kind": "repeat", "background": True, "steps": steps})
    return players


def _points(params: Params) -> Sequence[Point]:
    kinds = registers.targets(params)
    return [
        Point("kind", ("read", "write")),
        Point("read of", kinds),
        Point("write to", kinds),
        Point("index", tuple(range(registers.PLACES))),
        Point("strobes", (1, 2, 4, 8, 15)),
        Point("beside a read", (False, True)),
    ]


FAMILY: Family = Family(
    name="axi_lite_registers",
    revision=1,
    level=4,
    title="registers on AXI4-Lite",
    choices={
        **registers.CHOICES,
        "flow": ("one", "overlap"),
        "error": ("slverr", "decerr"),
        "reset": RESETS,
        "naming": tuple(_PREFIXES),
        "top": ("axi_lite_registers", "axil_regs", "control_registers"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=lambda params, random: rehearsed(FAMILY, params, random),
    cosmetic=("naming", "top"),
    judge="cocotb",
    files=lambda params: files_of(FAMILY, params),
    bench=Bench(phases=_phases, points=_points, crosses=lambda params: [("kind", "index")]),
    tags=("bus", "axi"),
)
