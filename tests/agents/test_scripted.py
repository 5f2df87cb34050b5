"""The scripted agent: deterministic, honest about what it read, and of every length and label."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from fakes import FAKE, FAKE_ID, FakeBackend, FakeSource, fake_mistakes, fake_mutations, fakes_registered
from hypothesis import given
from hypothesis import strategies as st

from ecot.agents.baselines import fenced
from ecot.agents.faults import Edit, apply, edit_of, line_after
from ecot.agents.reasoning import goal_of, read_feedback, say
from ecot.agents.rollout import EpisodePlan, plan_episodes, play_episode, play_episodes
from ecot.agents.scripted import ScriptedAgent
from ecot.envs import domain as registry
from ecot.envs.domain import Mutation
from ecot.envs.env import CodeEnv
from ecot.envs.errors import ConfigError
from ecot.envs.parsing import parse_reply
from ecot.envs.types import Label, Trajectory

SOURCE = "".join(f"{letter} = {number}\n" for number, letter in enumerate("abcdefgh"))


@pytest.fixture(autouse=True)
def _fakes() -> Iterator[None]:
    with fakes_registered():
        yield


def make_env(feedback: str = "full", corrections: int = 4) -> CodeEnv:
    return CodeEnv(FAKE_ID, backend=FakeBackend(), feedback=feedback, corrections=corrections)  # type: ignore[arg-type]


def play(
    count: int, agent: ScriptedAgent | None = None, *, workers: int = 1, feedback: str = "full"
) -> list[Trajectory]:
    plans = plan_episodes(FakeSource().ids("train"), episodes=count, samples=1, seed=4)
    played = play_episodes(lambda: make_env(feedback), agent or ScriptedAgent(), plans=plans, workers=workers)
    return sorted(played, key=lambda item: item.identity)


def test_a_few_hundred_episodes_hold_every_label_and_every_length() -> None:
    played = play(300)
    labels = Counter(turn.outcome.label for item in played for turn in item.turns if turn.outcome)
    assert set(labels) == set(FAKE.labels)
    assert {len(item.turns) for item in played} == {1, 2, 3, 4, 5}
    solved = sum(item.passed for item in played) / len(played)
    assert 0.5 < solved < 0.95
    assert not [item.error for item in played if item.error]


def test_equal_seeds_play_alike_whatever_the_number_of_threads() -> None:
    def actions(items: list[Trajectory]) -> list[list[str]]:
        return [[turn.action for turn in item.turns] for item in items]

    assert actions(play(60)) == actions(play(60, workers=4))
    assert len({item.turns[0].action for item in play(60)}) > 50


@pytest.mark.parametrize("feedback", ["full", "label", "none"])
def test_it_plays_on_whatever_it_is_told(feedback: str) -> None:
    played = play(60, feedback=feedback)
    assert sum(item.passed for item in played) > 10
    if feedback == "none":
        assert not any(label in turn.action for item in played for turn in item.turns for label in Label)


def test_reasoning_quotes_the_feedback_that_was_given() -> None:
    played = play(100)
    quoted = 0
    for item in played:
        for turn in item.turns[1:]:
            thinking = turn.action.partition("</think>")[0]
            quote = read_feedback(turn.observation).quote
            assert quote
            quoted += quote in thinking
            assert "@{" not in thinking
    assert quoted == sum(len(item.turns) - 1 for item in played)


def test_a_stated_change_is_the_change_that_was_made() -> None:
    stated = re.compile(r"Line \d+ reads `([^`]+)`; it should be `([^`]+)`")
    seen = 0
    for item in play(150, ScriptedAgent(slips=0.0)):
        codes = [parse_reply(turn.action, fences=FAKE.fences, entry="x").source for turn in item.turns]
        for (before, after), turn in zip(pairwise(codes), item.turns[1:], strict=True):
            for old, new in stated.findall(turn.action):
                seen += 1
                assert old in before.splitlines()
                assert new in after.splitlines()
    assert seen > 20


def test_without_faults_slips_and_errors_there_is_little_left_to_get_wrong() -> None:
    played = play(80, ScriptedAgent(max_faults=1, mistakes=0.0, slips=0.0, errors=0.0))
    assert all(item.passed for item in played)
    assert max(len(item.turns) for item in played) == 2


def test_a_slip_is_never_followed_by_a_slip() -> None:
    for item in play(80, ScriptedAgent(slips=1.0)):
        labels = [turn.outcome.label for turn in item.turns if turn.outcome]
        assert labels[0] is Label.FORMAT_ERROR
        assert (Label.FORMAT_ERROR, Label.FORMAT_ERROR) not in set(pairwise(labels))


def test_every_slip_is_a_format_error_of_another_kind() -> None:
    codes = Counter(
        turn.outcome.diagnostics[0].code
        for item in play(80, ScriptedAgent(slips=1.0))
        for turn in item.turns
        if turn.outcome and turn.outcome.label is Label.FORMAT_ERROR
    )
    assert set(codes) == {"no_code", "open_fence", "open_think", "wrong_fence"}


def test_names_tell_options_apart_and_options_are_checked() -> None:
    assert ScriptedAgent().name != ScriptedAgent(slips=0.1).name
    assert ScriptedAgent().name == ScriptedAgent(max_faults=4).name
    with pytest.raises(ConfigError, match=r"slips must lie in \[0, 1\], not 2"):
        ScriptedAgent(slips=2)
    with pytest.raises(ConfigError, match="max_faults must lie in 1 to 4, not 9"):
        ScriptedAgent(max_faults=9)


def test_a_domain_without_mutations_is_played_with_the_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._domains, FAKE_ID, replace(FAKE, mutate=None, mistakes=None))
    for seed in range(5):
        plan = EpisodePlan(task_id="lists@1/000003", seed=seed)
        played = play_episode(make_env(), ScriptedAgent(slips=0.0), plan=plan)
        assert played.passed
        assert len(played.turns) == 1


@given(st.text(max_size=30), st.text(max_size=30))
def test_an_edit_makes_the_mutant_of_the_source(source: str, mutant: str) -> None:
    edit = edit_of(source, Mutation(operator="o", kind="k", line=1, source=mutant))
    assert apply(source, [edit]) == mutant
    assert edit.end - edit.start <= len(source)


@given(st.sets(st.integers(0, 17), max_size=6), st.randoms())
def test_edits_apart_come_and_go_in_any_order(indices: set[int], random: Random) -> None:
    found = [*fake_mutations(SOURCE), *fake_mistakes(SOURCE)]
    standing: list[Edit] = []
    for index in sorted(indices):
        edit = edit_of(SOURCE, found[index])
        if edit.apart_from(standing, SOURCE):
            standing.append(edit)
    random.shuffle(standing)
    whole = apply(SOURCE, standing)
    for edit in standing:
        where = line_after(SOURCE, standing, edit)
        removed = apply(SOURCE, [other for other in standing if other != edit])
        assert whole.splitlines()[: where - 1] == removed.splitlines()[: where - 1]
        assert whole != removed
    assert apply(SOURCE, []) == SOURCE


def test_feedback_is_read_for_label_lines_and_words() -> None:
    feedback = (
        "MISMATCH at stage `simulate`.\n\ncounter.v:12:5: wrong_value: count: expected 3, got 2 (judge)\n"
        "compile: cells 3\n\nCorrections left: 2. Answer with the complete corrected source.\n"
    )
    reading = read_feedback(feedback)
    assert reading.label is Label.MISMATCH
    assert reading.lines == (12,)
    assert reading.quote == "counter.v:12:5: wrong_value: count: expected 3, got 2 (judge)"
    assert "count" in reading.words
    assert read_feedback("Corrections left: 2. Answer with the complete corrected source.").label is None


def test_the_goal_is_the_first_sentence_of_prose() -> None:
    assert (
        goal_of("# Counter\n\nDesign a counter\nthat wraps. It has a reset.\n\n| port |")
        == "Design a counter that wraps."
    )


def test_an_unknown_occasion_is_an_error() -> None:
    with pytest.raises(ConfigError, match="no heading 'birthday'"):
        say("birthday", {}, random=Random(0))


@given(st.text(alphabet="`~ab\n", max_size=40).filter(lambda text: text.strip()))
def test_a_fenced_block_is_parsed_back_whatever_it_holds(code: str) -> None:
    found = parse_reply(fenced(code, "lists"), fences=("lists",), entry="x").source
    assert found == code.rstrip() + "\n"
