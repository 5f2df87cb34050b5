"""Cases worked out by hand for the models of the pipelined buses and of the streams on cocotb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ecot.envs.tools import versions_of
from ecot.envs.verilog import DOMAIN
from ecot.envs.verilog.bench.plan import scoreboard_of
from ecot.envs.verilog.family import Family, Outputs
from ecot.envs.verilog.source import family_named
from ecot.envs.verilog.tools import COCOTB


def played(family: Family, chosen: Mapping[str, Any], cycles: Sequence[Mapping[str, int]]) -> list[Outputs]:
    """The model's outputs in each cycle, after one cycle of reset; inputs left out are 0."""
    first = {key: values[0] for key, values in family.choices.items()}
    params = {**first, "reset": "sync_high", **chosen}
    assert family.valid is None or family.valid(params)
    model = scoreboard_of(family, params)
    inputs = [port.name for port in family.ports(params) if port.direction == "input" and port.name != "clk"]
    outputs = []
    for cycle in [{"rst": 1}, *cycles]:
        assert set(cycle) <= set(inputs)
        pins = dict.fromkeys(inputs, 0) | dict(cycle)
        outputs.append(model.settle(pins))
        model.clock(pins)
    return outputs[1:]


def test_the_data_of_an_ahb_write_come_beside_the_next_address() -> None:
    draw = {"width": 16, "count": 3, "initial": "zeros", "read_waits": 0, "write_waits": 1, "errors": "none"}
    write = {"hsel": 1, "htrans": 2, "hwrite": 1, "hsize": 0, "haddr": 5, "hwdata": 0xFFFF}
    read = {"hsel": 1, "htrans": 2, "haddr": 4, "hsize": 1, "hwdata": 0xAB12}
    seen = played(family_named("ahb_lite_registers"), draw, [write, read, read, {}])
    assert [item["hreadyout"] for item in seen] == [1, 0, 1, 1]
    assert seen[3]["hrdata"] == seen[3]["control"] == 0xAB00


def test_an_ahb_error_takes_two_cycles() -> None:
    draw = {"width": 16, "count": 3, "read_waits": 0, "write_waits": 1, "errors": "nothing"}
    seen = played(family_named("ahb_lite_registers"), draw, [{"hsel": 1, "htrans": 3, "haddr": 14}, {}, {}, {}])
    assert [(item["hreadyout"], item["hresp"]) for item in seen] == [(1, 0), (0, 1), (1, 1), (1, 0)]


def test_a_delay_counts_words_that_moved() -> None:
    draw = {"depth": 2, "work": "difference", "filling": "one", "restart": True, "width": 8}
    words = [(5, 1, 0), (9, 0, 0), (9, 1, 0), (4, 1, 1), (7, 1, 0)]
    cycles = [{"in_valid": 1, "in_data": word, "out_ready": ready, "in_last": last} for word, ready, last in words]
    seen = played(family_named("stream_delay"), draw, cycles)
    assert [item["out_data"] for item in seen] == [4, 8, 8, 255, 6]


def test_a_long_packet_wraps_or_stops_the_length() -> None:
    cycles = [{"in_valid": 1, "in_data": 3, "in_last": int(number == 4)} for number in range(5)]
    for overflow, length in (("wraps", 1), ("stops", 3)):
        draw = {"statistic": "sum", "length_bits": 2, "overflow": overflow, "overlap": False, "width": 8}
        seen = played(family_named("stream_packet_counter"), draw, [*cycles, {"out_ready": 1}, {}])
        assert (seen[5]["out_valid"], seen[5]["out_data"], seen[5]["length"], seen[5]["in_ready"]) == (1, 15, length, 0)
        assert (seen[6]["out_valid"], seen[6]["in_ready"]) == (0, 1)


def test_each_branch_of_a_fork_gets_a_word_once() -> None:
    draw = {"shape": "each", "work": "plus", "branches": 2, "full": "wraps", "width": 4}
    offer = {"in_valid": 1, "in_data": 15}
    seen = played(
        family_named("stream_fork_join"), draw, [{**offer, "b_ready": 1}, offer, {**offer, "a_ready": 1}, offer]
    )
    assert [(item["a_valid"], item["b_valid"], item["in_ready"]) for item in seen] == [
        (1, 1, 0), (1, 0, 0), (1, 0, 1), (1, 1, 0)
    ]  # fmt: skip
    assert (seen[0]["a_data"], seen[0]["b_data"]) == (15, 0)
    assert [item["count"] for item in seen] == [0, 0, 0, 1]


def test_a_join_waits_for_all_and_moves_all() -> None:
    draw = {"shape": "join", "work": "add", "branches": 3, "full": "stops", "width": 4}
    three = {"a_valid": 1, "b_valid": 1, "c_valid": 1, "a_data": 9, "b_data": 5, "c_data": 4}
    seen = played(
        family_named("stream_fork_join"),
        draw,
        [{**three, "c_valid": 0, "out_ready": 1}, three, {**three, "out_ready": 1}],
    )
    assert [(item["out_valid"], item["a_ready"], item["out_data"]) for item in seen] == [
        (0, 0, None), (1, 0, 2), (1, 1, 2)
    ]  # fmt: skip


def test_the_version_of_cocotb_is_known_to_the_domain_and_not_demanded() -> None:
    assert COCOTB.optional
    assert "cocotb" in versions_of(DOMAIN)


def test_obi_answers_after_its_wait_cycles_and_grants_the_next_access_beside_the_answer() -> None:
    draw = {"width": 16, "count": 3, "initial": "numbers", "read_waits": 1, "write_waits": 0, "errors": "none"}
    write, read = {"req": 1, "we": 1, "addr": 0, "be": 1, "wdata": 0x7788}, {"req": 1, "addr": 0}
    seen = played(family_named("obi_registers"), draw, [write, read, {}, {}, {}])
    assert [item["gnt"] for item in seen] == [1, 1, 0, 1, 1]
    assert [item["rvalid"] for item in seen] == [0, 1, 0, 1, 0]
    assert [item["rdata"] for item in seen] == [0, 0, 0, 0x0088, 0]


def test_avalon_takes_the_next_read_before_the_last_one_is_answered() -> None:
    draw = {"width": 16, "count": 3, "initial": "numbers", "read_waits": 0, "write_waits": 1, "latency": 2}
    reads = [{"read": 1, "address": 1}, {"read": 1, "address": 5}, {}, {}, {}]
    seen = played(family_named("avalon_registers"), {**draw, "idle": "high", "errors": "decode"}, reads)
    assert [item["waitrequest"] for item in seen] == [0, 0, 1, 1, 1]
    assert [item["readdatavalid"] for item in seen] == [0, 0, 1, 1, 0]
    assert [(item["readdata"], item["response"]) for item in seen[2:4]] == [(2, 0), (0, 3)]


def test_an_spi_peripheral_exchanges_a_word_in_mode_0() -> None:
    draw = {"mode": 0, "order": "high_first", "width": 6, "filler": "zeros", "overrun": "keep"}
    received, sent = 0b110010, 0b101101
    cycles = [{"cs_n": 1}, {"tx_valid": 1, "tx_data": sent}]
    for place in range(5, -1, -1):
        cycles += [{"sclk": 1, "mosi": received >> place & 1}, {}]
    seen = played(family_named("spi_peripheral"), draw, [*cycles, {"cs_n": 1}])
    assert [item["tx_ready"] for item in seen[:3]] == [0, 1, 0]
    assert [item["miso"] for item in seen[2:14:2]] == [sent >> place & 1 for place in range(5, -1, -1)]
    assert (seen[12]["rx_valid"], seen[13]["rx_valid"], seen[13]["rx_data"]) == (0, 1, received)
