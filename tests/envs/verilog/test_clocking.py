"""Clock, reset, spelling and worked examples that several families share."""

from __future__ import annotations

from random import Random

import pytest

from ecot.envs.verilog.clocking import NAMINGS, RESETS, Clocking, driven, spelled, waveform
from ecot.envs.verilog.family import Inputs, Outputs, Params, Port
from ecot.envs.verilog.source import family_named

SHOWS = {
    "fifo": ("full", "fifo_full"),
    "pwm": ("pwm", "pwm_out"),
    "sequence_detector": ("det", "detected"),
    "saturating_accumulator": ("ovf", "overflow", "sat", "saturated"),
}
"""The outputs of a family, one of which its worked example must show at both levels."""


class Tally:
    """Adds up `step`; unknown before the first reset."""

    def __init__(self) -> None:
        self.total: int | None = None

    def settle(self, inputs: Inputs) -> Outputs:
        return {"total": self.total}

    def clock(self, inputs: Inputs) -> None:
        self.total = 0 if inputs["rst"] else None if self.total is None else (self.total + inputs["step"]) % 16


def drawn(name: str, seed: int) -> Params:
    family, random = family_named(name), Random(seed)
    while True:
        params = {key: random.choice(list(values)) for key, values in family.choices.items()}
        if family.valid is None or family.valid(params):
            return params


def tally_ports() -> dict[str, Port]:
    return {
        **Clocking.of("short", "sync_high").ports(),
        "step": Port(name="step", direction="input", width=4, signed=True, description=""),
        "total": Port(name="total", direction="output", width=4, signed=True, description=""),
    }


def test_a_waveform_joins_equal_cycles_and_shows_signs() -> None:
    stimulus = [{"rst": 1, "step": 0}] + [{"rst": 0, "step": 0}] * 3 + [{"rst": 0, "step": 15}] * 2
    assert waveform(Tally(), stimulus, tally_ports()).splitlines() == [
        "| cycle | `rst` | `step` | `total` |",
        "|---:|---:|---:|---:|",
        "| 0 | 1 | 0 | - |",
        "| 1-3 | 0 | 0 | 0 |",
        "| 4 | 0 | -1 | 0 |",
        "| 5 | 0 | -1 | -1 |",
    ]


@pytest.mark.parametrize("style", RESETS)
def test_a_reset_is_active_at_the_level_that_its_name_and_text_tell(style: str) -> None:
    for naming in NAMINGS:
        clocking = Clocking.of(naming, style)
        port, active = clocking.ports()["reset"], clocking.drive(1)
        assert active == int(style.endswith("high"))
        assert (port.name[-2:] in ("_n", "ni")) == (active == 0)
        assert clocking.resets({port.name: active})
        assert not clocking.resets({port.name: clocking.drive(0)})
        assert clocking.resets_at_once({port.name: active}) == style.startswith("async")
        assert f"active {'high' if active else 'low'}" in clocking.fill()["reset_text"]
        assert clocking.fill()["reset_active"] == ("" if active else "!") + port.name
        assert (port.name in clocking.fill()["edges"]) == style.startswith("async")
        assert (port.name in clocking.fill()["other_edges"]) == style.startswith("sync")


def test_a_stimulus_drives_every_input_and_nothing_else() -> None:
    ports = {**tally_ports(), **Clocking.of("long", "async_low").ports()}
    cycles = driven([{"reset": 1}, {"step": 3, "absent": 1}], ports, Clocking.of("long", "async_low"))
    assert cycles == [{"reset_n": 0, "step": 0}, {"reset_n": 1, "step": 3}]


def test_suffixes_tell_the_direction() -> None:
    assert [spelled("suffixed", "en", "enable", way) for way in ("input", "output")] == ["en_i", "en_o"]
    assert [spelled(naming, "en", "enable", "input") for naming in ("short", "long")] == ["en", "enable"]


@pytest.mark.parametrize("name", sorted(SHOWS))
def test_a_worked_example_shows_what_the_family_is_about(name: str) -> None:
    for seed in range(40):
        params = drawn(name, seed)
        table = [row.strip("| ").split(" | ") for row in family_named(name).fill(params)["example"].splitlines()]
        columns = {cell.strip("`"): {row[index] for row in table[2:]} for index, cell in enumerate(table[0])}
        watched = [column for column in columns if column.removesuffix("_o") in SHOWS[name]]
        assert watched
        assert columns[watched[0]] >= {"0", "1"}, (params, columns)


@pytest.mark.parametrize("name", sorted(SHOWS))
def test_a_stimulus_begins_with_a_reset_and_drives_every_input_within_its_width(name: str) -> None:
    family = family_named(name)
    for seed in range(20):
        params = drawn(name, seed)
        ports = [port for port in family.ports(params) if port.direction == "input"][1:]
        stimulus = family.stimulus(params, Random(seed))
        clocking = Clocking.of(params["naming"], params["reset"])
        assert clocking.resets(stimulus[0])
        assert any(clocking.resets(inputs) for inputs in stimulus[50:])
        assert 300 <= len(stimulus) <= 600
        for inputs in stimulus:
            assert inputs.keys() == {port.name for port in ports}
            assert all(type(inputs[port.name]) is int and 0 <= inputs[port.name] < 1 << port.width for port in ports)
        assert stimulus == family.stimulus(params, Random(seed))
        assert stimulus != family.stimulus(params, Random(seed + 1))
