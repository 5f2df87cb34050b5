"""Reinforcement learning against the environments: all that touches TRL's `GRPOTrainer`.

TRL asks for rollouts through its `rollout_func` and is left as it is otherwise: the episodes of a step are played by
the one rollout loop, many at a time, and come back as ids as they were sampled, with a mask that keeps the feedback's
tokens out of the loss. An episode that broke on our side gets no reward at all, which TRL leaves out of its group.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datasets import Dataset
from peft import LoraConfig
from transformers import TrainerCallback
from transformers.trainer_utils import get_last_checkpoint
from trl import GRPOConfig, GRPOTrainer
from trl.models.utils import unwrap_model_for_generation

from ecot.agents.chat import Sampling
from ecot.agents.rollout import EpisodePlan, MakeEnvs, group_seed_of, play_episodes
from ecot.envs.errors import ConfigError
from ecot.envs.store import TrajectoryStore
from ecot.envs.types import Trajectory
from ecot.trainers.models import load_model
from ecot.trainers.monitor import HackMonitor
from ecot.trainers.options import options_of
from ecot.trainers.policy import Policy, draw_with
from ecot.trainers.rewards import COMPONENTS
from ecot.trainers.rollout_row import RolloutRow, rollout_row
from ecot.trainers.samples import ConversationEncoder

CHECKPOINTS, MODEL, ROLLOUTS = "checkpoints", "model", "rollouts"
"""Folders of a run: what a killed run goes on from, the result, every episode that was played."""
_UNTOUCHED = {"top_p": 1.0, "top_k": 0, "min_p": None, "repetition_penalty": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class GrpoSettings:
    """How a policy learns; see `configs/grpo.yaml`.

    Attributes:
        model: folder of a model with its tokenizer.
        output: folder of the run.
        system: prompt of every conversation; empty for none.
        max_tokens: of one reply.
        context: tokens of an episode.
        in_flight: episodes played at a time.
        rewards: weight of each component by name; see `COMPONENTS`. A weight of 0 logs it and no more.
        reject_limit: share of `REJECTED` turns above which the run stops.
        reject_window: turns that the share is taken of.
        trainer: options of TRL's `GRPOConfig`.
        lora: options of PEFT's `LoraConfig`; empty to train all weights.
        seed: of tasks, hidden seeds and draws.
    """

    model: Path
    output: Path
    system: str = ""
    max_tokens: int = 1024
    context: int = 8192
    in_flight: int = 16
    rewards: Mapping[str, float] = field(default_factory=lambda: {"episode_return": 1.0})
    reject_limit: float = 0.2
    reject_window: int = 200
    trainer: Mapping[str, Any] = field(default_factory=dict)
    lora: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GrpoResult:
    """What came of a run.

    Attributes:
        model: folder of the trained model.
        steps: of the optimiser.
        history: what TRL logged, a mapping a step.
        labels: of all judged turns.
        stopped: why the monitor stopped the run; empty where it did not.
        broken: episodes that broke on our side.
    """

    model: Path
    steps: int
    history: Sequence[Mapping[str, Any]]
    labels: Mapping[str, int]
    stopped: str
    broken: int


def train_grpo(
    plans: Sequence[EpisodePlan],
    make_envs: MakeEnvs,
    settings: GrpoSettings,
    *,
    callbacks: Sequence[TrainerCallback] = (),
) -> GrpoResult:
    """Train a policy on the tasks of plans and write it.

    Args:
        plans: one a task; each becomes a group of `num_generations` episodes whenever TRL draws it.
        make_envs: makes the environment of a worker.
        settings: see there.
        callbacks: of Transformers.

    Raises:
        ConfigError: a choice does not fit.
        ToolchainMissing: what an environment runs is not installed.
    """
    arguments = options_of(
        GRPOConfig,
        settings.trainer,
        group="trainer",
        output_dir=str(settings.output / CHECKPOINTS),
        seed=settings.seed,
        reward_weights=[float(weight) for weight in settings.rewards.values()],
        remove_unused_columns=False,
    )
    _check(settings, arguments, plans)
    model, tokenizer = load_model(settings.model, dtype="float32" if arguments.use_cpu else "auto")
    monitor = HackMonitor(limit=settings.reject_limit, window=settings.reject_window)
    os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
    with TrajectoryStore(settings.output / ROLLOUTS, write=True, tokens=True) as store:
        rollouts = Rollouts(plans, make_envs, settings, ConversationEncoder(tokenizer), store=store, monitor=monitor)
        trainer = GRPOTrainer(
            model=model,
            args=arguments,
            train_dataset=Dataset.from_list([{"prompt": key} for key in rollouts.keys]),
            processing_class=tokenizer,
            reward_funcs=[_component(name, rollouts) for name in settings.rewards],
            rollout_func=rollouts,
            peft_config=LoraConfig(task_type="CAUSAL_LM", **settings.lora) if settings.lora else None,
            callbacks=[monitor, *callbacks],
        )
        checkpoints = settings.output / CHECKPOINTS
        trainer.train(resume_from_checkpoint=get_last_checkpoint(str(checkpoints)) if checkpoints.is_dir() else None)
    target = settings.output / MODEL
    trainer.save_model(str(target))
    tokenizer.save_pretrained(target)
    return GrpoResult(
        model=target,
        steps=int(trainer.state.global_step),
        history=tuple(trainer.state.log_history),
        labels=dict(monitor.labels),
        stopped=monitor.reason,
        broken=rollouts.broken,
    )


def _check(settings: GrpoSettings, arguments: GRPOConfig, plans: Sequence[EpisodePlan]) -> None:
    if not plans:
        raise ConfigError("there is no task to learn from; name another split")
    unknown = sorted(set(settings.rewards) - set(COMPONENTS))
    if unknown or not settings.rewards:
        raise ConfigError(f"unknown reward component {(unknown or [''])[0]!r}; use some of: {', '.join(COMPONENTS)}")
    for name, value in _UNTOUCHED.items():
        if getattr(arguments, name, value) not in (value, None):
            raise ConfigError(f"trainer.{name} changes the distribution that is drawn from; leave it at {value!r}")
    if arguments.use_vllm:
        raise ConfigError("trainer.use_vllm: rollouts through vLLM are not built yet; leave it false")


class Rollouts:
    """TRL's `rollout_func`: plays the episodes of a step and hands them over as ids, mask and log-probabilities.

    Attributes:
        keys: the prompt by which TRL names each plan.
        broken: episodes that broke on our side so far.
    """

    def __init__(
        self,
        plans: Sequence[EpisodePlan],
        make_envs: MakeEnvs,
        settings: GrpoSettings,
        encoder: ConversationEncoder,
        *,
        store: TrajectoryStore,
        monitor: HackMonitor,
    ) -> None:
        self._plans = {f"{number:06d} {plan.env_id} {plan.task_id}": plan for number, plan in enumerate(plans)}
        self._make_envs, self._settings, self._encoder = make_envs, settings, encoder
        self._store, self._monitor = store, monitor
        self._calls = 0
        self.broken = 0
        self.last: Sequence[Trajectory] = ()

    @property
    def keys(self) -> Sequence[str]:
        """One a plan."""
        return list(self._plans)

    def __call__(self, prompts: Sequence[str], trainer: Any) -> dict[str, Any]:
        """Play one episode a prompt; equal prompts are the members of a group."""
        sampling = Sampling(temperature=trainer.args.temperature, max_tokens=self._settings.max_tokens)
        plans = self.plans_of(prompts, step=trainer.state.global_step, rank=trainer.accelerator.process_index)
        with unwrap_model_for_generation(trainer.model_wrapped, trainer.accelerator) as model:
            draw = draw_with(
                model,
                sampling=sampling,
                end_id=self._encoder.end_id,
                pad_id=self._encoder.tokenizer.pad_token_id,
                context=self._settings.context,
            )
            policy = Policy(
                draw,
                self._encoder,
                sampling=sampling,
                context=self._settings.context,
                system=self._settings.system,
                batch=self._settings.in_flight,
                name=self._settings.model.name,
            )
            policy.version = f"step {trainer.state.global_step}"
            try:
                played = self._play(plans, policy)
            finally:
                policy.close()
        self.last = played
        self._monitor.take(played)
        self.broken += sum(bool(item.error) for item in played)
        return self._handed_over(played)

    def plans_of(self, prompts: Sequence[str], *, step: int, rank: int) -> Sequence[EpisodePlan]:
        """Return what each prompt stands for: equal prompts share task and hidden seed, a later step draws anew."""
        seen: Counter[str] = Counter()
        chosen = []
        for prompt in prompts:
            plan = self._plans[prompt]
            chosen.append(
                EpisodePlan(
                    task_id=plan.task_id,
                    env_id=plan.env_id,
                    seed=group_seed_of(self._settings.seed + plan.seed, step),
                    sample_index=rank * len(prompts) + seen[prompt],
                )
            )
            seen[prompt] += 1
        return chosen

    def _play(self, plans: Sequence[EpisodePlan], policy: Policy) -> Sequence[Trajectory]:
        place = {(plan.env_id, plan.task_id, plan.seed, plan.sample_index): n for n, plan in enumerate(plans)}
        played: list[Trajectory | None] = [None] * len(plans)
        for item in play_episodes(self._make_envs, policy, plans=plans, workers=self._settings.in_flight):
            played[place[item.env_id, item.task_id, item.seed, item.sample_index]] = item
            self._store.append(item)
        return [item for item in played if item is not None]

    def _handed_over(self, played: Sequence[Trajectory]) -> dict[str, Any]:
        rows = [self._row(item) for item in played]
        return {
            "prompt_ids": [row.prompt_ids for row in rows],
            "completion_ids": [row.completion_ids for row in rows],
            "logprobs": [row.logprobs for row in rows],
            "env_mask": [row.sampled for row in rows],
            "labels": [str(_last_label(item)) for item in played],
        }

    def _row(self, item: Trajectory) -> RolloutRow:
        if item.turns and item.turns[0].prompt_ids and not item.error:
            return rollout_row(item)
        # Nothing of a broken episode is learned; TRL wants a row of at least one token none the less.
        end = self._encoder.end_id
        return RolloutRow(prompt_ids=[end], completion_ids=[end], sampled=[0], logprobs=[0.0])


def _last_label(item: Trajectory) -> str:
    outcome = item.turns[-1].outcome if item.turns else None
    return str(outcome.label) if outcome is not None else "broken"


def _component(name: str, rollouts: Rollouts) -> Callable[..., list[float | None]]:
    """A reward function of TRL: one component of the episodes of this step; None where one broke on our side."""

    def reward(*, completions: Sequence[Any], **_: Any) -> list[float | None]:
        if len(rollouts.last) != len(completions):
            raise ConfigError(f"{len(completions)} completions came back for {len(rollouts.last)} episodes")
        return [None if item.error else COMPONENTS[name](item) for item in rollouts.last]

    reward.__name__ = name
    return reward
