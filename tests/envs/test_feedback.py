"""Feedback is rendered from the canonical outcome alone; its wording is pinned by golden files."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from ecot.envs.errors import ConfigError
from ecot.envs.feedback import MAX_DIAGNOSTICS, feedback, render_diagnostic
from ecot.envs.types import Diagnostic, Label, Outcome, Source, StageResult

GOLDEN = Path(__file__).parents[1] / "golden" / "feedback"
COMPILED = StageResult(name="compile", passed=True, label=Label.PASS, engine="icarus-11.0", log="ok", seconds=0.1)
WRONG = Diagnostic(
    tool="judge",
    code="wrong_value",
    message="q is 4'b0101 at cycle 7 (75 ns), expected 4'b0110; inputs: rst=0 en=1",
    symbol="q",
)
MISMATCH = StageResult(
    name="simulate", passed=False, label=Label.MISMATCH, diagnostics=(WRONG,), log="secret", engine="icarus-11.0"
)
SYNTHESISED = StageResult(
    name="synthesise", passed=True, label=Label.PASS, metrics={"cells": 42, "longest_path": 7.123456}
)
OUTCOMES = {
    "mismatch": Outcome(stages=(COMPILED, MISMATCH)),
    "pass": Outcome(stages=(COMPILED, SYNTHESISED)),
    "unverified": Outcome(stages=(COMPILED,), omitted=("netlist",)),
    "many": Outcome(stages=(dataclasses.replace(MISMATCH, diagnostics=(WRONG,) * (MAX_DIAGNOSTICS + 3)),)),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_wording_is_the_golden_one(name: str, update_golden: bool) -> None:
    text = feedback(OUTCOMES[name], mode="full", remaining=2)
    path = GOLDEN / f"{name}.txt"
    if update_golden:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", ["full", "label", "none"])
def test_real_and_predicted_outcomes_read_the_same(mode: str) -> None:
    real = OUTCOMES["mismatch"]
    bare = dataclasses.replace(MISMATCH, log="", engine="", seconds=9.0)
    predicted = Outcome(
        stages=(dataclasses.replace(COMPILED, log="", engine=""), bare), source=Source.SURROGATE, confidence=0.7
    )
    assert feedback(real, mode=mode, remaining=1) == feedback(predicted, mode=mode, remaining=1)  # type: ignore[arg-type]


def test_logs_are_never_shown() -> None:
    assert "secret" not in feedback(OUTCOMES["mismatch"], mode="full", remaining=0)


def test_less_feedback_tells_less() -> None:
    assert "expected" not in feedback(OUTCOMES["mismatch"], mode="label", remaining=1)
    assert "MISMATCH" in feedback(OUTCOMES["mismatch"], mode="label", remaining=1)
    assert "MISMATCH" not in feedback(OUTCOMES["mismatch"], mode="none", remaining=1)


def test_an_unknown_mode_is_named() -> None:
    with pytest.raises(ConfigError, match="loud"):
        feedback(OUTCOMES["pass"], mode="loud", remaining=0)  # type: ignore[arg-type]


def test_a_diagnostic_without_a_file_starts_with_its_code() -> None:
    assert render_diagnostic(WRONG).startswith("wrong_value: q is")
