"""Registers behind an AHB-Lite port: overlapping address and data phases, transfer sizes, two-cycle errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ecot.envs.verilog.bench import bus, pipelined
from ecot.envs.verilog.bench.drawing import Drawing
from ecot.envs.verilog.bench.plan import Bench, Phase, files_of, rehearsed
from ecot.envs.verilog.family import Family, Params, Port
from ecot.envs.verilog.pinout import Pinout

_PREFIXES = {"short": "h", "long": "ahb_", "suffixed": "s_ahb_h"}


def _asks(now: Mapping[str, int]) -> bool:
    return bool(now["select"]) and now["transfer"] in (2, 3)


def _bytes(params: Params, now: Mapping[str, int]) -> int:
    """The bytes of a transfer, from its size and the low bits of its address."""
    lanes = int(params["width"]) // 8
    first = now["address"] % lanes
    return sum(1 << lane for lane in range(first, min(lanes, first + (1 << now["size"]))))


def _style(params: Params) -> pipelined.Style:
    return pipelined.Style(asks=_asks, strobes=lambda now: _bytes(params, now), late_data=True, long_errors=True)


def _pinout(params: Params) -> Pinout:
    pinout, prefix, width = Pinout(params), _PREFIXES[params["naming"]], params["width"]
    ports = pinout.ports

    def add(key: str, name: str, direction: str, description: str, width: int = 1) -> None:
        ports[key] = Port(name=prefix + name, direction=direction, width=width, description=description)

    add("select", "sel", "input", "the module is addressed")
    add("transfer", "trans", "input", "kind of transfer: 2 and 3 ask for one, 0 and 1 do not", 2)
    add("write", "write", "input", "1 for a write, 0 for a read")
    add("size", "size", "input", "binary logarithm of the bytes of the transfer", 3)
    add("address", "addr", "input", "address in bytes", 4 if width == 16 else 5)
    add("written", "wdata", "input", "data to write, in the data phase", width)
    add("ready", "readyout", "output", "the data phase ends at the next edge, or there is none")
    add("shown", "rdata", "output", "data read", width)
    if params["errors"] != "none":
        add("error", "resp", "output", "the transfer fails")
    if params["read_only"] != "none":
        ports["status"] = Port(name="status", direction="input", width=width, description="what software may read")
    ports["control"] = Port(name="control", direction="output", width=width, description="a register, for the hardware")
    return pinout


def _fill(params: Params) -> Mapping[str, str]:
    words = _pinout(params).words()
    error, ready, address, size = words.get("error", ""), words["ready"], words["address"], words["size"]
    bank = pipelined.fill(params, words, data=words["written"])
    twice = (
        f"has one more cycle after its wait cycles, in which `{error}` is 1 and `{ready}` is 0; in the cycle after "
        f"that both are 1. In all other cycles `{error}` is 0."
    )
    failures = {
        "none": "There is no error output: a transfer whose index has no register ends in the same way.",
        "nothing": f"The data phase of a transfer whose index has no register {twice}",
        "both": f"The data phase of a transfer whose index has no register, or of a write to the read-only register, "
        f"{twice}",
    }
    four = f"{size} == 3'd0 ? 4'b0001 << {address}[1:0] : {size} == 3'd1 ? 4'b0011 << {address}[1:0] : 4'b1111"
    return {
        **bank,
        "failure_text": failures[params["errors"]],
        "sizes_text": f"0 for one byte or 1 for two bytes (`{size}` takes no other value in a transfer)"
        if params["width"] == 16
        else f"0 for one byte, 1 for two bytes or 2 for four bytes (`{size}` takes no other value in a transfer)",
        "lanes": four if params["width"] == 32 else f"{size} == 3'd0 ? 2'b01 << {address}[0] : 2'b11",
        "last": f"{bank['waits']} + {{1'b0, failing}}" if error else bank["waits"],
        "failing_wire": f"    wire failing = {bank['failing']};" if error else "",
        "error_assign": f"    assign {error} = pending && failing && passed >= {bank['waits']};" if error else "",
        "early_writes": pipelined.fill(params, words, data="early")["word_writes"],
    }


def _player(params: Params, items: Sequence[pipelined.Access], draw: Drawing) -> Mapping[str, Any]:
    """Address phases one after the other; the data of each stand beside the next one."""
    ports, full = _pinout(params).ports, (1 << int(params["width"]) // 8) - 1
    offered: list[dict[str, int]] = []
    data: list[int | None] = []
    for item in items:
        for _ in range(item["gap"]):
            busy = draw.random.getrandbits(1)
            idle = {"select": busy, "transfer": draw.random.randrange(2 if busy else 4)}
            offered.append({**idle, "write": 1, "size": draw.bits(3), "address": draw.bits(ports["address"].width)})
            data.append(None)
        low = (full.bit_length() - 1).bit_length()
        size = low if item["strobes"] == full else draw.random.choice(range(low))
        index, least = item["index"] << low, (item["low"] >> size << size) % (1 << low)
        offered.append(
            {"select": 1, "transfer": draw.random.choice((2, 2, 3)), "write": item["write"], "size": size,
             "address": index | least}
        )  # fmt: skip
        data.append(item["data"])
    offered.append({"select": 0, "transfer": 2, "write": 1, "size": 0, "address": draw.bits(ports["address"].width)})
    beside = [None, *data]
    pins = [
        {**values, "written": draw.bits(params["width"]) if word is None else word}
        for values, word in zip(offered, beside, strict=True)
    ]
    named = [{"gap": 0, "junk": {}, "values": {ports[key].name: bits for key, bits in item.items()}} for item in pins]
    return {"kind": "source", "valid": [], "ready": [ports["ready"].name], "items": named}


def _phases(params: Params, draw: Drawing) -> Sequence[Phase]:
    return pipelined.phases(params, draw, _pinout(params), player=lambda items, drawn: _player(params, items, drawn))


FAMILY: Family = Family(
    name="ahb_lite_registers",
    revision=1,
    level=4,
    title="registers on AHB-Lite",
    choices={
        **bus.CHOICES,
        "naming": tuple(_PREFIXES),
        "top": ("ahb_lite_registers", "ahb_regs", "subordinate_registers"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: pipelined.scoreboard(params, _pinout(params), _style(params)),
    stimulus=lambda params, random: rehearsed(FAMILY, params, random),
    cosmetic=("naming", "top"),
    valid=pipelined.valid,
    judge="cocotb",
    files=lambda params: files_of(FAMILY, params),
    bench=Bench(phases=_phases, points=bus.points, crosses=bus.crosses),
    tags=("bus", "ahb"),
)
