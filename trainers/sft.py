"""Supervised training on what passed, through TRL's `SFTTrainer`; killed and started again, it goes on where it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import TrainerCallback
from transformers.trainer_utils import get_last_checkpoint
from trl import SFTConfig, SFTTrainer

from ecot.agents.router import system_prompt
from ecot.envs.errors import ConfigError
from ecot.envs.types import Trajectory
from ecot.trainers.models import load_model, open_model
from ecot.trainers.options import options_of
from ecot.trainers.rows import Row, conversation_of_row, row_samples
from ecot.trainers.samples import Context, ConversationEncoder, Loss, Reasoning, Tally, samples_of

START, CHECKPOINTS, MODEL = "start", "checkpoints", "model"
"""Folders of a run: the model before the first step, what a killed run goes on from, the result."""
IGNORED = -100
"""The label of a token that is not learned, as PyTorch's cross-entropy has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SftSettings:
    """What is learned, and how; see `configs/sft.yaml`.

    Attributes:
        loss: which turns are learned.
        reasoning: whose thinking is kept.
        context: what a turn sees of the replies before it.
        system: prompt of every conversation; empty for none.
        max_length: tokens of a sample; longer ones are left out and counted.
        model: a folder or a shape; see `open_model`.
        trainer: options of TRL's `SFTConfig`.
        lora: options of PEFT's `LoraConfig`; empty to train all weights.
        seed: of fresh weights, order and dropout.
        output: folder of the run.
    """

    model: Mapping[str, Any]
    output: Path
    loss: Loss = "passing"
    reasoning: Reasoning = "model"
    context: Context = "append"
    system: str = ""
    max_length: int = 4096
    trainer: Mapping[str, Any] = field(default_factory=dict)
    lora: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SftResult:
    """What came of a run.

    Attributes:
        model: folder of the trained model and its tokenizer.
        tally: what became of the trajectories.
        loss: of training, over all steps.
        steps: of the optimiser.
        resumed: whether it went on from a checkpoint.
        history: what was logged, a mapping a step.
    """

    model: Path
    tally: Tally
    loss: float
    steps: int
    resumed: bool
    history: Sequence[Mapping[str, Any]] = ()


def train_sft(
    trajectories: Sequence[Trajectory],
    settings: SftSettings,
    *,
    exported: Sequence[Row] = (),
    callbacks: Sequence[TrainerCallback] = (),
) -> SftResult:
    """Train on trajectories, exported rows or both, and write the model.

    Raises:
        ConfigError: a choice does not fit, or nothing is left to learn.
    """
    model, tokenizer = _start([*texts_of(trajectories, exported)], settings)
    tally = Tally()
    encoder = ConversationEncoder(tokenizer)
    rows = list(_rows(trajectories, exported, encoder, settings, tally))
    if not rows:
        raise ConfigError(f"there is nothing to learn: {tally.sentence}")
    checkpoints = settings.output / CHECKPOINTS
    arguments = options_of(
        SFTConfig,
        settings.trainer,
        group="trainer",
        output_dir=str(checkpoints),
        seed=settings.seed,
        max_length=settings.max_length,
    )
    trainer = SFTTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        peft_config=LoraConfig(task_type="CAUSAL_LM", **settings.lora) if settings.lora else None,
        callbacks=list(callbacks),
    )
    last = get_last_checkpoint(str(checkpoints)) if checkpoints.is_dir() else None
    trained = trainer.train(resume_from_checkpoint=last)
    target = settings.output / MODEL
    trainer.save_model(str(target))
    tokenizer.save_pretrained(target)
    return SftResult(
        model=target,
        tally=tally,
        loss=float(trained.training_loss),
        steps=int(trained.global_step),
        resumed=last is not None,
        history=tuple(trainer.state.log_history),
    )


def _start(texts: Sequence[str], settings: SftSettings) -> tuple[Any, Any]:
    """The model before the first step; one that is made here is written down, so that a resumed run begins alike."""
    if "path" in settings.model:
        return open_model(settings.model, texts=(), seed=settings.seed)
    start = settings.output / START
    if not (start / "config.json").exists():
        model, tokenizer = open_model(settings.model, texts=texts, seed=settings.seed)
        tokenizer.save_pretrained(start)
        model.save_pretrained(start)
    return load_model(start, dtype="float32")


def texts_of(trajectories: Sequence[Trajectory], exported: Sequence[Row] = ()) -> Iterator[str]:
    """Yield what a tokenizer is learned from: all that was said, and the system prompt."""
    yield system_prompt(())
    for trajectory in trajectories:
        for turn in trajectory.turns:
            yield turn.observation
            yield turn.action
    for row in exported:
        yield from conversation_of_row(row)[1]


def _rows(
    trajectories: Sequence[Trajectory],
    exported: Sequence[Row],
    encoder: ConversationEncoder,
    settings: SftSettings,
    tally: Tally,
) -> Iterator[Mapping[str, Sequence[int]]]:
    samples = samples_of(
        trajectories,
        encoder,
        max_length=settings.max_length,
        loss=settings.loss,
        reasoning=settings.reasoning,
        context=settings.context,
        system=settings.system,
        tally=tally,
    )
    further = row_samples(
        exported,
        encoder,
        max_length=settings.max_length,
        loss=settings.loss,
        reasoning=settings.reasoning,
        tally=tally,
    )
    for sample in chain(samples, further):
        labels = [
            token if learned else IGNORED for token, learned in zip(sample.input_ids, sample.learned, strict=True)
        ]
        yield {"input_ids": list(sample.input_ids), "labels": labels}


def use_threads(count: int | None) -> None:
    """Let PyTorch use so many cores, where others judge at the same time; None leaves it as it is.

    Raises:
        ConfigError: the count is less than 1.
    """
    if count is not None and count < 1:
        raise ConfigError(f"threads must be at least 1, not {count}")
    if count is not None:
        torch.set_num_threads(count)
