"""What other trainers are given: a class for stock TRL, and a coroutine; an episode that broke has no reward."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from fakes import FAKE_ID, FakeBackend, fakes_registered

from ecot.envs.env import CodeEnv
from ecot.envs.errors import SandboxError
from ecot.trainers.episodes import Played, play
from ecot.trainers.stock_trl import environment_factory

TASK_ID = "lists@1/000000"
RIGHT = "".join(f"{letter} = 0\n" for letter in "abcdefgh")


@pytest.fixture(autouse=True)
def _fakes() -> Iterator[None]:
    with fakes_registered():
        yield


def make_env(backend: FakeBackend | None = None) -> CodeEnv:
    return CodeEnv(FAKE_ID, backend=backend or FakeBackend(), split=None, corrections=1)


def test_stock_trl_sees_one_tool_with_its_arguments() -> None:
    instance = environment_factory(make_env)()
    members = {name for name, _ in inspect.getmembers(type(instance), inspect.isfunction) if not name.startswith("_")}
    assert members == {"reset", "submit", "get_reward"}
    assert "code: the complete source" in str(type(instance).submit.__doc__)


@pytest.mark.needs("torch", "transformers")
@pytest.mark.filterwarnings("default")
def test_the_tool_has_the_schema_that_transformers_reads() -> None:
    from transformers.utils import get_json_schema

    schema = get_json_schema(environment_factory(make_env)().submit)["function"]
    assert (schema["name"], list(schema["parameters"]["properties"])) == ("submit", ["code"])


def test_an_instance_plays_one_episode_after_the_other() -> None:
    instance = environment_factory(make_env)()
    assert "Assign to each letter" in instance.reset(task_id=TASK_ID, prompt="ignored")
    assert "MISMATCH" in instance.submit(RIGHT.replace("h = 0", "h = 1"))
    assert "solved" in instance.submit(RIGHT)
    assert "over" in instance.submit(RIGHT)
    assert instance.get_reward() == 1.0
    instance.reset(task_id=TASK_ID)
    assert instance.get_reward() == 0.0


def test_an_episode_that_broke_has_no_reward() -> None:
    broken = FakeBackend(error=SandboxError("gone"))
    instance = environment_factory(lambda: make_env(broken))()
    instance.reset(task_id=TASK_ID)
    assert "no fault of the code" in instance.submit(RIGHT)
    assert instance.get_reward() is None
    assert run(["anything", f"```lists\n{RIGHT}```"], broken).reward is None


def run(replies: Sequence[str], backend: FakeBackend | None = None) -> Played:
    async def complete(messages: Sequence[Mapping[str, str]]) -> str:
        return replies[sum(item["role"] == "assistant" for item in messages)]

    async def main() -> Any:
        return await play(make_env(backend), complete, task_id=TASK_ID, seed=1, hidden_seed=2)

    played: Played = asyncio.run(main())
    return played


def test_a_coroutine_plays_an_episode() -> None:
    played = run(["no code here", f"```lists\n{RIGHT}```"])
    assert (played.labels, played.reward, played.error) == (["FORMAT_ERROR", "PASS"], 1.0, "")
    assert [item["role"] for item in played.messages] == ["user", "assistant", "user", "assistant"]
