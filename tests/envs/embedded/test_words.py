"""Predicates, tool messages and rules, without any tool."""

from __future__ import annotations

import pytest

from ecot.envs.embedded.checks import no_drift, sent, serial_text, square_wave
from ecot.envs.embedded.diagnostics import parse_compiler, parse_linker
from ecot.envs.embedded.evidence import MILLISECOND, Record, UnreadableRecordError, read_record
from ecot.envs.embedded.rules import broken


def record(**values: object) -> Record:
    plain = {
        "ended": "horizon",
        "time": 10 * MILLISECOND,
        "hclk": 16_000_000,
        "instructions": 1,
        "work": 1,
        "pc": 0,
        "handler": 0,
        "sleeping": False,
        "pins": {},
        "levels": {},
        "frames": {},
        "transfers": {},
        "registers": {},
        "clocked": [],
        "violations": [],
        "notes": {},
        "resets": [],
        "faults": [],
        "poll": {"address": 0, "pc": 0, "value": 0, "count": 0, "registers": {}},
    }
    return read_record({**plain, **values})


def wave(period: int, high: int, *, driver: str = "TIM3_CH1", count: int = 10) -> dict[str, object]:
    edges = [(n * period + offset, level, driver) for n in range(count) for offset, level in ((0, 1), (high, 0))]
    return {"PA6": edges}


def test_a_right_wave_is_right() -> None:
    found = square_wave(record(pins=wave(1_000_000, 250_000)), "PA6", hertz=1_000_000, duty=0.25, driver="TIM3_CH1")
    assert found == []


@pytest.mark.parametrize(
    ("pins", "code"),
    [
        (wave(1_010_000, 250_000), "wrong_period"),
        (wave(1_000_000, 260_000), "wrong_duty"),
        (wave(1_000_000, 250_000, driver="gpio"), "wrong_driver"),
        ({"PA6": []}, "no_waveform"),
    ],
)
def test_a_wrong_wave_is_told(pins: dict[str, object], code: str) -> None:
    found = square_wave(record(pins=pins), "PA6", hertz=1_000_000, duty=0.25, driver="TIM3_CH1")
    assert [item.code for item in found] == [code]


def test_drift_adds_up_and_jitter_does_not() -> None:
    assert no_drift([0, 1_000_900_000, 1_999_000_000, 3_000_000_000], MILLISECOND, "PA6") == []
    assert no_drift([n * 1_000_100_000 for n in range(40)], MILLISECOND, "PA6")


def test_a_terminal_of_another_rate_reads_no_frame() -> None:
    frames = record(frames={"USART2": [[0, 1e12 / 9600, 0x41, 8, 2]]}).frames["USART2"]
    assert serial_text(frames, baud=9600) == (b"A", "")
    assert "expected 19200 baud" in serial_text(frames, baud=19200)[1]
    assert "parity" in serial_text(frames, baud=9600, data_bits=7, parity="odd")[1]


def test_bytes_that_part_are_counted_from_one() -> None:
    frames = [[n * 10**9, 1e12 / 9600, value, 8, 2] for n, value in enumerate(b"OX")]
    found = sent(record(frames={"USART2": frames}), "USART2", b"OK", baud=9600)
    assert "part at byte 2" in found[0].message


@pytest.mark.parametrize("value", [None, {}, [], {"ended": "horizon"}, "text", {"poll": 3}])
def test_what_is_no_record_is_refused(value: object) -> None:
    with pytest.raises(UnreadableRecordError):
        read_record(value)


def test_gcc_and_ld_are_read() -> None:
    found = parse_compiler(
        "/tmp/x/main.c:7:5: error: 'FOO' undeclared (first use in this function)\nmain.c:3:1: warning: unused\n"
    )
    assert [(item.code, item.line, item.symbol) for item in found] == [
        ("undeclared_identifier", 7, "FOO"),
        ("warning", 3, ""),
    ]
    linked = parse_linker("main.c:9: undefined reference to `go'\nld: region `RAM' overflowed by 12 bytes\n")
    assert [(item.code, item.symbol) for item in linked] == [("region_overflow", "RAM"), ("undefined_symbol", "go")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('__asm(".incbin \\"x\\"");', "included_file"),
        ('#include "/etc/passwd"', "include_path"),
        ("# include <../x.h>", "include_path"),
        ('__asm("bkpt 0xAB");', "semihosting"),
        ('__asm("mov r0, #1\\n\\tbkpt #171");', "semihosting"),
        ('__attribute__((section(".isr_vector"))) int x;', "vector_table"),
        ('# 1 "other.c"', "line_marker"),
    ],
)
def test_rules_are_kept(text: str, code: str) -> None:
    assert [item.code for item in broken(iter([("main.c", text)]))] == [code]


def test_comments_break_no_rule() -> None:
    assert broken(iter([("main.c", '// .incbin "x"\n/* bkpt 0xAB */\n#include "stm32f4xx.h"\n')])) == ()
