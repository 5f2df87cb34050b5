"""Over every registered id: Gymnasium's contract, determinism, JSON specs, and no word of the solution to the agent."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator

import gymnasium as gym
import pytest
from conftest import need_tools_of
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import check_env

from ecot.envs.domain import domain_of, domains
from ecot.envs.env import CodeEnv
from ecot.envs.errors import ConfigError, TaskError
from ecot.envs.spaces import Text
from ecot.envs.tasks import SPLITS
from ecot.envs.types import Audience

IDS = sorted(domains())


@pytest.fixture(params=IDS)
def env_id(request: pytest.FixtureRequest) -> str:
    need_tools_of(domain_of(str(request.param)))
    return str(request.param)


@pytest.fixture
def env(env_id: str) -> Iterator[CodeEnv]:
    made = gym.make(env_id)
    assert isinstance(made.unwrapped, CodeEnv)
    yield made.unwrapped
    made.close()


def solution_reply(env: CodeEnv) -> str:
    return f"<think>It is known.</think>\n```{env.domain.fences[0]}\n{env.task.solution[0].text}```"


def test_there_is_an_environment() -> None:
    assert "ECoT/Verilog-v0" in IDS


def test_gymnasiums_checker_passes(env: CodeEnv) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*spec is None.*|.*not in the environment.*|.*casting.*")
        check_env(env, skip_render_check=True)


def test_the_module_prefix_imports_the_package(env_id: str) -> None:
    made = gym.make(f"ecot:{env_id}")
    assert made.reset(seed=3)[0]
    made.close()


def test_a_spec_round_trips_through_json(env_id: str) -> None:
    made = gym.make(env_id, backend="real", corrections=2)
    assert made.spec is not None
    again = gym.make(EnvSpec.from_json(made.spec.to_json()))
    assert again.reset(seed=5)[0] == made.reset(seed=5)[0]
    assert json.loads(made.spec.to_json())["kwargs"]["corrections"] == 2
    again.close()
    made.close()


@pytest.mark.parametrize("mode", ["sync", "async", "vector_entry_point"])
def test_vector_environments_play(env_id: str, mode: str) -> None:
    keywords = {"shared_memory": False} if mode == "async" else {}
    many = gym.make_vec(env_id, num_envs=2, vectorization_mode=mode, vector_kwargs=keywords)
    observations, infos = many.reset(seed=7)
    assert len(observations) == 2
    assert set(infos) >= {"task_id"}
    observations, rewards, terminated, truncated, _ = many.step(("no code", "none either"))
    assert all("FORMAT_ERROR" in text for text in observations)
    assert not rewards.any()
    assert not terminated.any()
    assert not truncated.any()
    many.close()


def test_the_seed_decides_task_and_hidden_seed(env: CodeEnv) -> None:
    first, info = env.reset(seed=11)
    seed = env.hidden_seed
    second, again = env.reset(seed=11)
    assert (first, info, seed) == (second, again, env.hidden_seed)
    assert env.reset(seed=12)[1] != info or env.hidden_seed != seed


def test_members_of_a_group_share_task_and_hidden_seed(env: CodeEnv) -> None:
    _, info = env.reset(seed=1)
    options = {"task_id": info["task_id"], "hidden_seed": env.hidden_seed}
    env.reset(seed=2, options=options)
    assert {"task_id": env.task.id, "hidden_seed": env.hidden_seed} == options


def test_the_solution_passes_at_once_and_earns_everything(env: CodeEnv) -> None:
    env.reset(seed=4)
    text, reward, terminated, truncated, info = env.step(solution_reply(env))
    assert (reward, terminated, truncated) == (1.0, True, False), text
    assert info["outcome"].passed
    with pytest.raises(gym.error.ResetNeeded):
        env.step("more")


def test_the_corrections_run_out(env: CodeEnv) -> None:
    env.reset(seed=4)
    ends = [env.step("I give up.")[2:4] for _ in range(5)]
    assert ends == [(False, False)] * 4 + [(False, True)]


def test_no_observation_holds_a_line_of_the_solution_that_the_instruction_does_not(env: CodeEnv) -> None:
    for split in SPLITS:
        for task_id in list(env.source.ids(split))[::97][:8]:
            text, _ = env.reset(options={"task_id": task_id})
            body = {line.strip() for file in env.task.solution for line in file.text.split("\n")}
            declarations = ("//", "input", "output", "module")
            long = {line for line in body if len(line) > 24 and not line.startswith(declarations)}
            shown = {line.strip() for line in text.split("\n")}
            # Code that is given may be near the solution: it with faults, or what is to be improved.
            files = [file for file in env.task.bundle.files if file.audience is not Audience.JUDGE]
            given = {line.strip() for file in files for line in file.text.split("\n")}
            assert not (long - given) & shown


def test_splits_are_disjoint_and_complete(env: CodeEnv) -> None:
    ids = [task_id for split in SPLITS for task_id in env.source.ids(split)]
    assert len(ids) == len(set(ids)) == len(env.source)
    assert all(len(env.source.ids(split)) for split in SPLITS)


def test_any_unicode_is_an_observation_and_an_action() -> None:
    space = Text()
    assert space.contains("≤ naïve \U0001f600 \n\t\0")
    assert not space.contains(3)


@pytest.mark.parametrize(
    ("keywords", "named"),
    [
        ({"split": "dev"}, "dev"),
        ({"reward": "dense"}, "dense"),
        ({"feedback": "loud"}, "loud"),
        ({"corrections": -1}, "-1"),
        ({"stages": ("sythesise",)}, "sythesise"),
        ({"backend": "reel"}, "reel"),
        ({"backend": 7}, "int"),
        ({"tasks": "rtllm:/nowhere"}, "rtllm"),
        ({"render_mode": "human"}, "human"),
    ],
)
def test_a_wrong_argument_is_one_sentence_with_the_value(keywords: dict[str, object], named: str) -> None:
    with pytest.raises((ConfigError, TaskError), match=named) as caught:
        CodeEnv("ECoT/Verilog-v0", **keywords)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("task_id", ["counter", "counter@99/000001", "nothing@1/000001", "counter@1/99999999", ""])
def test_a_wrong_task_id_is_named(env: CodeEnv, task_id: str) -> None:
    with pytest.raises(TaskError):
        env.source[task_id]


def test_a_missing_tool_is_named_at_reset(env_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecot.envs import tools
    from ecot.envs.errors import ToolchainMissing

    monkeypatch.setattr(tools, "version_of", lambda tool: None)
    made = gym.make(env_id)
    with pytest.raises(ToolchainMissing, match=domain_of(env_id).tools[0].name):
        made.reset(seed=1)
    made.close()


def test_the_episode_renders_as_text(env_id: str) -> None:
    made = gym.make(env_id, render_mode="ansi")
    made.reset(seed=1)
    made.step("no code")
    shown = made.render()
    assert isinstance(shown, str)
    assert "ENVIRONMENT" in shown
    assert "no code" in shown
    made.close()
