"""A chat model behind a server that misbehaves: what is tried again, what is not, and what a record says of it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from random import Random
from typing import Any

import pytest
from fakes import FAKE_ID, FakeBackend, fakes_registered
from misbehaving import (
    Behaviour,
    answers,
    completion,
    cuts_off,
    dribbles,
    hangs_up,
    refuses,
    serving,
    sleeps,
    talks,
)

from ecot.agents import pacing
from ecot.agents.agent import ContextFull
from ecot.agents.chat import Completion, Message, Sampling
from ecot.agents.pacing import Pace, asked_wait, back_off
from ecot.agents.rollout import EpisodePlan, play_episode
from ecot.agents.router import router_digest
from ecot.agents.served import ServedModel, served_agent
from ecot.envs.env import CodeEnv
from ecot.envs.errors import ChatError, ConfigError
from ecot.envs.types import StopReason

HELLO = [Message("user", "hello")]
KEY = "sk-very-secret"
SOLVED = "```lists\n" + "\n".join(f"{letter} = {12 * (place + 3) % 97}" for place, letter in enumerate("abcdefgh"))


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "FIRST_WAIT", 0.01)
    monkeypatch.setenv("TEST_KEY", KEY)


def ask(url: str, *, timeout: float = 5.0, attempts: int = 3, **options: Any) -> Completion:
    model = ServedModel("tiny", base_url=url, api_key_env="TEST_KEY", timeout=timeout, attempts=attempts, **options)
    with closing(model):
        return model.complete(HELLO, sampling=Sampling(temperature=0.5, max_tokens=7), seed=3)


def test_a_request_says_what_was_asked_for_and_carries_the_key() -> None:
    with serving([answers("hi")]) as heard:
        said = ask(heard.url, extra={"chat_template_kwargs": {"enable_thinking": False}})
    assert (said.text, said.stop_reason, said.usage.requests) == ("hi", StopReason.STOP, 1)
    assert (said.usage.prompt_tokens, said.usage.completion_tokens) == (10, 5)
    assert heard.bodies == [
        {
            "model": "tiny",
            "messages": [{"role": "user", "content": "hello"}],
            "temperature": 0.5,
            "top_p": 1.0,
            "max_tokens": 7,
            "seed": 3,
            "chat_template_kwargs": {"enable_thinking": False},
        }
    ]
    assert heard.keys == [f"Bearer {KEY}"]


def test_no_key_is_sent_where_none_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_KEY")
    with serving([answers("hi")]) as heard:
        ask(heard.url)
    assert heard.keys == [""]


@pytest.mark.parametrize(
    "trouble",
    [
        refuses(429),
        refuses(500),
        refuses(503),
        cuts_off,
        hangs_up,
        talks(b'{"choices": [{"mess'),
        talks(b"<html>busy</html>"),
        talks(b"[]"),
        talks(b'{"choices": []}'),
        talks(b'{"choices": [{"message": {"content": 3}}]}'),
        talks(b'{"choices": "x"}'),
    ],
    ids=["429", "500", "503", "cut", "hangup", "half", "html", "list", "empty", "number", "text"],
)
def test_trouble_that_may_pass_is_tried_again(trouble: Behaviour) -> None:
    with serving([trouble, trouble, answers("at last")]) as heard:
        said = ask(heard.url)
    assert said.text == "at last"
    assert said.usage.requests == 3
    assert len(heard.bodies) == 3
    assert heard.bodies[0] == heard.bodies[2]


def test_trouble_that_stays_is_an_error_after_so_many_attempts() -> None:
    with (
        serving([refuses(500, "out of order")]) as heard,
        pytest.raises(ChatError, match=r"failed 3 times.*500.*out of"),
    ):
        ask(heard.url)
    assert len(heard.bodies) == 3


def test_a_server_that_is_not_there_is_an_error() -> None:
    with serving([answers("x")]) as heard:
        url = heard.url
    with pytest.raises(ChatError, match="failed 2 times; the last time: ConnectError"):
        ask(url, attempts=2)


@pytest.mark.parametrize("slow", [sleeps(3.0, answers("late")), dribbles], ids=["silent", "dribbling"])
def test_slowness_is_cut_short_and_tried_again(slow: Behaviour) -> None:
    with serving([slow, answers("quick")]) as heard:
        began = time.monotonic()
        assert ask(heard.url, timeout=0.3).text == "quick"
    assert time.monotonic() - began < 3.0


def test_a_server_that_says_how_long_to_wait_is_obeyed_by_everybody() -> None:
    with serving([refuses(429, Retry_After="0.4"), answers("ok")]) as heard:
        model = ServedModel("tiny", base_url=heard.url)
        with closing(model), ThreadPoolExecutor(2) as pool:
            began = time.monotonic()
            first = pool.submit(model.complete, HELLO, sampling=Sampling(), seed=0)
            while not heard.bodies:
                time.sleep(0.005)
            time.sleep(0.1)
            second = pool.submit(model.complete, HELLO, sampling=Sampling(), seed=0)
            assert (first.result().text, second.result().text) == ("ok", "ok")
            assert time.monotonic() - began >= 0.4


@pytest.mark.parametrize(("status", "word"), [(401, "key"), (403, "key"), (404, "model")])
def test_what_no_attempt_would_mend_is_said_at_once(status: int, word: str) -> None:
    with serving([refuses(status)]) as heard, pytest.raises(ConfigError, match=word):
        ask(heard.url)
    assert len(heard.bodies) == 1


def test_a_key_that_a_server_echoes_is_not_repeated() -> None:
    for status, kind in ((401, ConfigError), (418, ChatError), (500, ChatError)):
        with serving([refuses(status, f"bad key {KEY}")]) as heard, pytest.raises(kind) as caught:
            ask(heard.url, attempts=1)
        assert KEY not in str(caught.value)
        assert "[key]" in str(caught.value)


def test_a_conversation_that_does_not_fit_is_told_apart() -> None:
    said = "This model's maximum context length is 4096 tokens."
    with serving([refuses(400, said)]) as heard, pytest.raises(ContextFull, match="4096"):
        ask(heard.url)
    assert len(heard.bodies) == 1


def test_reasoning_told_apart_is_put_back_and_stays_open_where_it_ran_out() -> None:
    for name in ("reasoning_content", "reasoning"):
        with serving([answers("x = 1", **{name: "because"})]) as heard:
            assert ask(heard.url).text == "<think>\nbecause\n</think>\n\nx = 1"
    with serving([answers("", finish="length", reasoning_content="and then")]) as heard:
        said = ask(heard.url)
    assert (said.text, said.stop_reason) == ("<think>\nand then", StopReason.LENGTH)


def test_token_ids_and_logprobs_are_kept_where_they_are_given() -> None:
    answer = completion("hi")
    answer["prompt_token_ids"] = [1, 2]
    answer["choices"][0] |= {"token_ids": [7, 8], "logprobs": {"content": [{"logprob": -0.5}, {"logprob": -1.0}]}}
    with serving([talks(json.dumps(answer).encode())]) as heard:
        said = ask(heard.url, tokens=True)
    assert (said.prompt_ids, said.completion_ids, said.logprobs) == ((1, 2), (7, 8), (-0.5, -1.0))
    assert heard.bodies[0]["return_token_ids"] is True


def test_no_more_requests_are_open_than_allowed() -> None:
    with serving([sleeps(0.05, answers("x"))]) as heard:
        model = ServedModel("tiny", base_url=heard.url, concurrency=2)
        with closing(model), ThreadPoolExecutor(8) as pool:
            jobs = [pool.submit(model.complete, HELLO, sampling=Sampling(), seed=0) for _ in range(8)]
            assert {job.result().text for job in jobs} == {"x"}
    assert heard.busiest == 2


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"base_url": "127.0.0.1"}, "http://"),
        ({"base_url": "http://x", "timeout": 0.0}, "timeout"),
        ({"base_url": "http://x", "requests_per_minute": 0.0}, "requests_per_minute"),
        ({"base_url": "http://x", "temperature": -1.0}, "temperature"),
        ({"base_url": "http://x", "top_p": 0.0}, "top_p"),
        ({"base_url": "http://x", "context": "all"}, "strip_thinking"),
    ],
)
def test_bad_arguments_are_named(options: dict[str, Any], word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        served_agent(model="tiny", **options)


def test_a_pace_spreads_what_passes() -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(60.0, clock=lambda: now[0], sleep=sleep)
    for _ in range(3):
        pace.take()
    assert slept == [1.0, 1.0]
    pace.settle(2.0)
    pace.take()
    assert slept[2:] == [3.0]
    pace.hold(10.0)
    pace.take(0)
    assert slept[3:] == [10.0]
    free = Pace(None, clock=lambda: now[0], sleep=sleep)
    free.take(1e9)
    free.take(1e9)
    assert len(slept) == 4


def test_waits_double_and_are_bounded() -> None:
    waits = [back_off(attempt, random=Random(1)) for attempt in range(1, 40)]
    assert all(wait <= pacing.LONGEST_WAIT for wait in waits)
    assert waits[3] > waits[0]
    assert asked_wait("1e9") == pacing.LONGEST_WAIT
    assert asked_wait("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert asked_wait("nan") is None


class TestPlaying:
    """An episode over a server."""

    @pytest.fixture(autouse=True)
    def _fakes(self) -> Iterator[None]:
        with fakes_registered():
            yield

    def play(self, url: str, **options: Any) -> Any:
        agent = served_agent(model="tiny", base_url=url, prompt_price=1.0, completion_price=2.0, **options)
        with closing(agent):
            env = CodeEnv(FAKE_ID, backend=FakeBackend(), corrections=2)
            return play_episode(env, agent, plan=EpisodePlan(task_id="lists@1/000012", seed=5))

    def test_the_record_says_what_it_cost_and_what_was_asked(self) -> None:
        with serving([answers("hm"), refuses(500), answers(f"<think>x</think>\n{SOLVED}\n```")]) as heard:
            played = self.play(heard.url)
        assert played.passed, played
        assert [turn.usage.requests for turn in played.turns] == [1, 2]
        assert played.turns[0].usage.cost == pytest.approx(20e-6)
        assert played.provenance.agent_prompt_digest == router_digest()
        assert played.provenance.sampling["temperature"] == 0.7
        assert played.provenance.policy_version == "tiny-1"
        assert "tiny" in played.provenance.agent
        assert not played.provenance.privileged
        assert KEY not in repr(played)

    def test_thinking_is_left_out_of_what_is_read_again_or_kept(self) -> None:
        for context, kept in (("strip_thinking", "no code"), ("append", "<think>hm</think>\n\nno code")):
            with serving([answers("<think>hm</think>\n\nno code"), answers("x")]) as heard:
                played = self.play(heard.url, context=context)
            assert heard.bodies[1]["messages"][2] == {"role": "assistant", "content": kept}
            assert [item["role"] for item in heard.bodies[1]["messages"]] == ["system", "user", "assistant", "user"]
            assert played.turns[0].action == "<think>hm</think>\n\nno code"

    def test_a_conversation_that_grows_too_long_ends_truncated(self) -> None:
        with serving([answers("no code"), refuses(400, "maximum context length is 10")]) as heard:
            played = self.play(heard.url)
        assert (played.truncated, played.terminated, played.error, len(played.turns)) == (True, False, "", 1)

    def test_one_that_never_fits_is_an_error_of_ours(self) -> None:
        with serving([refuses(400, "maximum context length is 10")]) as heard:
            played = self.play(heard.url)
        assert played.error.startswith("ContextFull")
        assert not played.truncated

    def test_a_server_that_fails_for_good_is_no_fault_of_the_candidate(self) -> None:
        with serving([answers("no code"), refuses(500)]) as heard:
            played = self.play(heard.url, attempts=2)
        assert played.error.startswith("ChatError")
        assert len(played.turns) == 1
        assert threading.active_count() < 50
