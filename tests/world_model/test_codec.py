"""What the world model writes is the canonical outcome, exactly, and nothing that is no outcome is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecot.envs.errors import PredictionError
from ecot.envs.types import Diagnostic, Label, Outcome, StageResult
from ecot.world_model.codec import decode, encode

WORDS = st.text(max_size=12)
NUMBERS = st.integers(-(10**9), 10**9) | st.floats(allow_nan=False)
DIAGNOSTICS = st.builds(
    Diagnostic,
    tool=WORDS,
    code=WORDS,
    message=WORDS,
    file=WORDS,
    line=st.integers(0, 999),
    column=st.integers(0, 99),
    symbol=WORDS,
)


def stages(label: Label) -> st.SearchStrategy[StageResult]:
    return st.builds(
        StageResult,
        name=WORDS,
        passed=st.just(label is Label.PASS),
        label=st.just(label),
        diagnostics=st.lists(DIAGNOSTICS, max_size=3).map(tuple),
        log=WORDS,
        metrics=st.dictionaries(WORDS, NUMBERS, max_size=3),
        engine=WORDS,
        seconds=st.floats(0, 9),
    )


OUTCOMES = st.builds(
    lambda passed, failed, omitted: Outcome(stages=(*passed, *failed), omitted=tuple(omitted)),
    st.lists(stages(Label.PASS), max_size=3),
    st.sampled_from([label for label in Label if label is not Label.PASS]).flatmap(
        lambda label: st.lists(stages(label), max_size=1)
    ),
    st.lists(WORDS, max_size=2),
)


@given(OUTCOMES)
def test_decoding_gives_back_the_canonical_outcome(outcome: Outcome) -> None:
    assert decode(encode(outcome)) == outcome.canonical()


@given(OUTCOMES)
def test_the_label_is_the_first_word(outcome: Outcome) -> None:
    assert encode(outcome).split(" ")[0] == outcome.label


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("PASS -\nnonsense here\n", "line 2"),
        ("PASS -\nstage run MISMATCH\n", "'MISMATCH' by its stages"),
        ("MISMATCH run\nstage run MISMATCH cells=many\n", "line 2"),
        ('PASS -\ndiagnostic [3, "a", 1, "", 0, "t", "", "m"]\nstage run PASS\n', "does not list"),
        ("", "by its stages"),
    ],
)
def test_text_that_is_no_outcome_raises_a_prediction_error(text: str, said: str) -> None:
    with pytest.raises(PredictionError, match=said):
        decode(text)
