"""Cases worked out by hand for the models of five families, which are otherwise only compared with their solutions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecot.envs.verilog.families.alu.family import FAMILY as ALU
from ecot.envs.verilog.families.edge_detector.family import FAMILY as EDGE_DETECTOR
from ecot.envs.verilog.families.gray.family import FAMILY as GRAY
from ecot.envs.verilog.families.gray.model import reflected
from ecot.envs.verilog.families.priority_encoder.family import FAMILY as PRIORITY_ENCODER
from ecot.envs.verilog.families.shift_register.family import FAMILY as SHIFT_REGISTER
from ecot.envs.verilog.family import Family, Model

FIVE = (ALU, PRIORITY_ENCODER, GRAY, SHIFT_REGISTER, EDGE_DETECTOR)


def draw(family: Family, **chosen: Any) -> dict[str, Any]:
    """The first value of every choice, but for those that are given; a valid draw."""
    params = {key: values[0] for key, values in family.choices.items()} | chosen
    assert family.valid is None or family.valid(params)
    return params


def after_each_edge(model: Model, cycles: Sequence[Mapping[str, int]]) -> list[Mapping[str, int | None]]:
    outputs = []
    for inputs in cycles:
        model.settle(inputs)
        model.clock(inputs)
        outputs.append(model.settle(inputs))
    return outputs


@given(width=st.integers(1, 12), data=st.data())
def test_the_reflected_code_is_the_formula_that_the_instruction_states(width: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, 2**width - 1))
    assert reflected(width)[number] == number ^ number >> 1


@given(width=st.integers(1, 12), data=st.data())
def test_neighbouring_code_words_differ_in_one_bit_around_the_end_too(width: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, 2**width - 1))
    words = reflected(width)
    assert (words[number] ^ words[(number + 1) % 2**width]).bit_count() == 1


@pytest.mark.parametrize(
    ("subtraction", "cin", "op", "a", "b", "y", "carry", "overflow"),
    [
        ("inverted_borrow", 0, 0, 7, 1, 8, 0, 1),
        ("inverted_borrow", 1, 0, 15, 0, 0, 1, 0),
        ("inverted_borrow", 1, 1, 5, 5, 0, 1, 0),
        ("inverted_borrow", 0, 1, 5, 5, 15, 0, 0),
        ("inverted_borrow", 0, 1, 8, 0, 7, 1, 1),
        ("borrow", 0, 1, 3, 4, 15, 1, 0),
        ("borrow", 1, 1, 0, 15, 0, 1, 0),
        ("borrow", 1, 1, 0, 7, 8, 1, 0),
        ("borrow", 1, 2, 12, 10, 8, 0, 0),
    ],
)
def test_the_alu_carries_borrows_and_overflows(
    subtraction: str, cin: int, op: int, a: int, b: int, y: int, carry: int, overflow: int
) -> None:
    params = draw(ALU, width=4, operations="minimal", flags="cvzn", subtraction=subtraction, carry_in=True)
    outputs = ALU.model(params).settle({"a": a, "b": b, "op": op, "cin": cin})
    assert outputs == {"y": y, "cf": carry, "vf": overflow, "zf": int(y == 0), "nf": y >> 3}


@pytest.mark.parametrize(("op", "y"), [(5, 0b0000_0001_0000), (6, 0b0010_0000_0001), (7, 0b1110_0000_0001)])
def test_the_alu_shifts_by_the_low_bits_of_its_second_operand(op: int, y: int) -> None:
    params = draw(ALU, width=12, operations="shift", flags="z")
    assert ALU.model(params).settle({"a": 0b1000_0000_0100, "b": 0b1111_0000_0010, "op": op})["y"] == y


def test_a_held_index_outlives_its_request_and_starts_at_zero() -> None:
    params = draw(PRIORITY_ENCODER, width=5, priority="highest", stage="registered", idle="hold", reset="sync_low")
    lines = [(0, 0b11111), (1, 0), (1, 0b01101), (1, 0), (1, 0b00010)]
    outputs = after_each_edge(PRIORITY_ENCODER.model(params), [{"rst_n": rst, "req": req} for rst, req in lines])
    assert [(item["idx"], item["vld"]) for item in outputs] == [(0, 0), (0, 0), (3, 1), (3, 0), (1, 1)]


def test_the_bit_shifted_out_last_is_kept_over_hold_and_cleared_by_load() -> None:
    params = draw(SHIFT_REGISTER, width=4, operations="rotate", serial_out="last", reset="async_high")
    hold, right, left, load = 0, 1, 2, 5
    operations = [
        (1, hold, 0),
        (0, load, 0b1001),
        (0, right, 0),
        (0, hold, 0),
        (0, left, 0),
        (0, left, 0),
        (0, load, 6),
    ]
    cycles = [{"rst": rst, "op": op, "d": d, "sil": 0, "sir": 1} for rst, op, d in operations]
    outputs = after_each_edge(SHIFT_REGISTER.model(params), cycles)
    shown = [(0, 0), (0b1001, 0), (0b0100, 1), (0b0100, 1), (0b1001, 0), (0b0011, 1), (6, 0)]
    assert [(item["q"], item["so"]) for item in outputs] == shown


@pytest.mark.parametrize(("precedence", "flags"), [("event", [0, 0, 1, 1, 0, 1]), ("clear", [0, 0, 1, 1, 0, 0])])
def test_a_flag_stays_until_it_is_cleared_and_an_edge_beside_a_clear_obeys_the_precedence(
    precedence: str, flags: list[int]
) -> None:
    params = draw(EDGE_DETECTOR, report="sticky", clear="all", precedence=precedence)
    lines = [(1, 0, 0), (0, 0, 0), (0, 1, 0), (0, 0, 0), (0, 0, 1), (0, 1, 1)]
    cycles = [{"rst": rst, "sig": sig, "clr": clr} for rst, sig, clr in lines]
    assert [item["det"] for item in after_each_edge(EDGE_DETECTOR.model(params), cycles)] == flags


def test_the_level_found_after_reset_is_no_edge_where_the_history_is_unknown() -> None:
    params = draw(EDGE_DETECTOR, edge="both", report="delayed", history="unknown")
    cycles = [{"rst": rst, "sig": sig} for rst, sig in [(1, 0), (0, 1), (0, 1), (0, 0), (0, 0)]]
    assert [item["det"] for item in after_each_edge(EDGE_DETECTOR.model(params), cycles)] == [0, 0, 0, 1, 0]


@pytest.mark.parametrize("family", FIVE, ids=lambda family: family.name)
def test_every_value_of_every_choice_occurs_in_a_valid_draw_and_changes_a_text(family: Family) -> None:
    for key, values in family.choices.items():
        texts = set()
        for value in values:
            params = next(_valid_draws(family, key, value), None)
            assert params is not None, f"{key}={value} is never valid"
            texts.add((tuple(family.ports(params)), tuple(sorted(family.fill(params).items()))))
        assert len(texts) == len(values), f"two values of {key} make the same task"


def _valid_draws(family: Family, key: str, value: object) -> Iterator[dict[str, Any]]:
    """The valid draws with one value fixed."""
    choices = {**family.choices, key: (value,)}
    for values in product(*choices.values()):
        params = dict(zip(choices, values, strict=True))
        if family.valid is None or family.valid(params):
            yield params
