"""Training on a domain of the test's own, from scratch: it resumes, it learns what pays, and it stops at cheats."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fakes import FAKE_ID, FakeBackend, SayingAgent, fakes_registered

from ecot.agents.agent import TaskView
from ecot.agents.rollout import EpisodePlan, play_episode
from ecot.envs.env import CodeEnv
from ecot.envs.errors import ConfigError, SandboxError
from ecot.envs.store import TrajectoryStore
from ecot.envs.types import Trajectory

pytestmark = [pytest.mark.needs("torch", "transformers", "trl", "peft"), pytest.mark.filterwarnings("default")]

SHAPE = {"layers": 2, "width": 32, "heads": 2, "inner": 64, "vocabulary": 512, "context": 512}
SFT = {"use_cpu": True, "per_device_train_batch_size": 2, "report_to": "none", "disable_tqdm": True, "logging_steps": 1}
GRPO = {**SFT, "per_device_train_batch_size": 8, "num_generations": 4, "gradient_checkpointing": False}


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Other tests share the machine."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def _fakes() -> Iterator[None]:
    with fakes_registered():
        yield


def lists_env(backend: FakeBackend | None = None, *, corrections: int = 1) -> CodeEnv:
    return CodeEnv(FAKE_ID, backend=backend or FakeBackend(), split=None, corrections=corrections, feedback="label")


TASK_ID = "lists@1/000000"
RIGHT = "".join(f"{letter} = 0\n" for letter in "abcdefgh")
WRONG = RIGHT.replace("h = 0", "h = 1")


def said(code: str, *, seed: int = 0) -> Trajectory:
    agent = SayingAgent(f"```lists\n{code}```")
    return play_episode(lists_env(), agent, plan=EpisodePlan(task_id=TASK_ID, seed=seed))


def settings(output: Path, **options: Any) -> Any:
    from ecot.trainers.sft import SftSettings

    trainer = {**SFT, "max_steps": 8, "save_steps": 2, "learning_rate": 1e-2, **options.pop("trainer", {})}
    return SftSettings(model=SHAPE, output=output, trainer=trainer, **options)


def weights(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return dict(load_file(folder / "model.safetensors"))


def test_a_killed_run_goes_on_and_ends_with_the_same_weights(tmp_path: Path) -> None:
    import torch
    from transformers import TrainerCallback

    from ecot.trainers.sft import train_sft

    class Killed(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if state.global_step == 5:
                raise KeyboardInterrupt

    episodes = [said(RIGHT, seed=seed) for seed in range(5)]
    through = train_sft(episodes, settings(tmp_path / "through"))
    with pytest.raises(KeyboardInterrupt):
        train_sft(episodes, settings(tmp_path / "killed"), callbacks=[Killed()])
    resumed = train_sft(episodes, settings(tmp_path / "killed"))
    assert (through.resumed, resumed.resumed, resumed.steps) == (False, True, 8)
    one, other = weights(through.model), weights(resumed.model)
    assert all(torch.equal(value, other[name]) for name, value in one.items())
    start = weights(tmp_path / "through" / "start")
    assert not all(torch.equal(value, start[name]) for name, value in one.items() if name in start)


def test_adapters_alone_are_trained_where_asked_for(tmp_path: Path) -> None:
    from ecot.trainers.sft import train_sft

    lora = {"r": 2, "target_modules": "all-linear"}
    result = train_sft([said(RIGHT)], settings(tmp_path, lora=lora, trainer={"max_steps": 1}))
    assert (result.model / "adapter_model.safetensors").stat().st_size < 100_000
    assert not (result.model / "model.safetensors").exists()


def test_what_cannot_be_trained_is_said(tmp_path: Path) -> None:
    from ecot.trainers.sft import train_sft

    with pytest.raises(ConfigError, match="there is nothing to learn: 0 samples"):
        train_sft([said(WRONG)], settings(tmp_path / "a"))
    with pytest.raises(ConfigError, match="no option 'learning_rat'; did you mean 'learning_rate'"):
        train_sft([said(RIGHT)], settings(tmp_path / "b", trainer={"learning_rat": 1.0}))
    with pytest.raises(ConfigError, match=r"trainer\.seed is settled by other keys"):
        train_sft([said(RIGHT)], settings(tmp_path / "c", trainer={"seed": 1}))


@pytest.fixture(scope="module")
def undecided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that answers right or wrong, as the toss of a coin has it."""
    from ecot.trainers.sft import train_sft

    with fakes_registered():
        episodes = [said(code, seed=seed) for seed in range(4) for code in (RIGHT, WRONG)]
        trainer = {"max_steps": 90, "save_strategy": "no", "learning_rate": 1e-2, "per_device_train_batch_size": 4}
        return Path(train_sft(episodes, settings(tmp_path_factory.mktemp("sft"), loss="all", trainer=trainer)).model)


def learn(model: Path, output: Path, backend: FakeBackend, **options: Any) -> Any:
    from ecot.trainers.grpo import GrpoSettings, train_grpo

    trainer = {**GRPO, "max_steps": 6, "learning_rate": 3e-3, "save_strategy": "no", **options.pop("trainer", {})}
    chosen = {"max_tokens": 80, "context": 400, "in_flight": 8, "trainer": trainer, **options}
    plans = [EpisodePlan(task_id=TASK_ID, seed=seed, env_id=FAKE_ID) for seed in range(2)]
    make_envs = {FAKE_ID: partial(lists_env, backend)}
    return train_grpo(plans, make_envs, GrpoSettings(model=model, output=output, **chosen))


def test_a_policy_learns_what_pays(undecided: Path, tmp_path: Path) -> None:
    rewards = {"episode_return": 1.0, "first_pass": 0.0, "builds": 0.0}
    trainer = {"max_steps": 9, "per_device_train_batch_size": 16, "num_generations": 8}
    result = learn(undecided, tmp_path, FakeBackend(), rewards=rewards, in_flight=16, trainer=trainer)
    assert (result.steps, result.stopped, result.broken) == (9, "", 0)
    passed = [entry["rewards/first_pass/mean"] for entry in result.history if "rewards/first_pass/mean" in entry]
    assert 0 < passed[0] < 1
    assert sum(passed[-3:]) > sum(passed[:3])
    assert "rewards/builds/mean" in result.history[0]
    with TrajectoryStore(tmp_path / "rollouts", tokens=True) as store:
        episodes = [store[identity] for identity in store.identities()]
    assert len(episodes) == 9 * 16
    groups = {
        item.seed: {(other.task_id, other.group_id) for other in episodes if other.seed == item.seed}
        for item in episodes
    }
    assert len(groups) == 9 * 2
    assert all(len(members) == 1 for members in groups.values())
    assert all(
        turn.completion_ids and len(turn.completion_ids) == len(turn.logprobs)
        for item in episodes
        for turn in item.turns
    )


def test_what_broke_on_our_side_is_no_reward_at_all(undecided: Path, tmp_path: Path) -> None:
    flaky = FakeBackend(fail_after=3, fail_until=6, error=SandboxError("the host ran out of memory"))
    result = learn(undecided, tmp_path, flaky, in_flight=1, trainer={"max_steps": 1})
    assert result.broken == 3
    (step,) = (entry for entry in result.history if "rewards/episode_return/mean" in entry)
    with TrajectoryStore(tmp_path / "rollouts", tokens=True) as store:
        sound = [item.total_reward for item in (store[name] for name in store.identities()) if not item.error]
    assert len(sound) == 5
    assert step["rewards/episode_return/mean"] == pytest.approx(sum(sound) / len(sound))


def test_a_run_that_lives_by_cheats_is_stopped(undecided: Path, tmp_path: Path) -> None:
    from ecot.envs.types import Label, Outcome, StageResult

    rejected = Outcome(stages=(StageResult(name="rules", passed=False, label=Label.REJECTED, engine="fake"),))
    result = learn(undecided, tmp_path, FakeBackend(verdict=rejected), reject_window=20, reject_limit=0.5)
    assert result.steps < 6
    assert "of the last 20 judged turns were REJECTED" in result.stopped


def test_many_threads_are_answered_in_one_batch_and_each_as_if_alone(undecided: Path) -> None:
    from ecot.agents.chat import Sampling
    from ecot.trainers.models import load_model
    from ecot.trainers.policy import Policy, Question, draw_with
    from ecot.trainers.samples import ConversationEncoder

    model, tokenizer = load_model(undecided, dtype="float32")
    encoder = ConversationEncoder(tokenizer)
    sampling = Sampling(temperature=1.0, max_tokens=80)
    draw = draw_with(model, sampling=sampling, end_id=encoder.end_id, pad_id=tokenizer.pad_token_id, context=400)
    sizes = []

    def counted(questions: Any) -> Any:
        sizes.append(len(questions))
        return draw(questions)

    policy = Policy(counted, encoder, sampling=sampling, context=400, patience=0.5)
    first, _ = lists_env().reset(options={"task_id": TASK_ID})
    views = [
        TaskView(env_id=FAKE_ID, task_id=TASK_ID, instruction="", level=1, family="", seed=seed) for seed in range(6)
    ]
    replies: dict[int, Any] = {}
    threads = [
        threading.Thread(target=lambda view=view: replies.update({view.seed: policy.act((first,), view)}))
        for view in views
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(sizes) > 1
    for view in views:
        (alone,) = draw([Question(replies[view.seed].prompt_ids, view.seed + 1)])
        assert alone.ids == replies[view.seed].completion_ids
        assert alone.logprobs == pytest.approx(replies[view.seed].logprobs, abs=1e-3)
    going_on = policy.act((first, replies[0].text, "Wrong."), views[0])
    before = (*replies[0].prompt_ids, *replies[0].completion_ids)
    assert going_on.prompt_ids[: len(before)] == before
    policy.close()
