"""Every configuration of training composes, and its groups hold what the libraries behind them know."""

from __future__ import annotations

from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pytest

from ecot.__main__ import main
from ecot.commands.composition import compose

GIVEN = {"sft": ["data=runs/x"], "grpo": ["model.path=runs/x"]}


def options(group: str) -> list[str]:
    return sorted(item.name.removesuffix(".yaml") for item in files("ecot.configs").joinpath(group).iterdir())


@pytest.mark.needs("torch", "transformers", "trl", "peft")
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", options("trainer"))
def test_every_trainer_group_is_taken_by_trl(name: str, tmp_path: Path) -> None:
    from ecot.trainers.options import options_of

    kind = name.partition("_")[0]
    config = compose(kind, [f"trainer={name}", *GIVEN[kind]])
    trl = import_module("trl")
    made = options_of(
        {"sft": trl.SFTConfig, "grpo": trl.GRPOConfig}[kind],
        {**config["trainer"], "use_cpu": True, "bf16": False},
        group="trainer",
        output_dir=str(tmp_path),
    )
    assert made.learning_rate == config["trainer"]["learning_rate"]


@pytest.mark.needs("torch", "transformers", "peft")
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", [item for item in options("lora") if item != "none"])
def test_every_lora_group_is_taken_by_peft(name: str) -> None:
    config = compose("sft", [f"lora={name}", *GIVEN["sft"]])
    assert import_module("peft").LoraConfig(**config["lora"]).r == config["lora"]["r"]


@pytest.mark.needs("torch", "transformers")
def test_the_shape_of_a_small_model_is_read() -> None:
    from ecot.envs.encoding import from_json
    from ecot.trainers.models import Shape

    assert from_json(Shape, compose("sft", GIVEN["sft"])["model"]).layers == 4


@pytest.mark.parametrize("kind", sorted(GIVEN))
def test_options_of_ones_own_pass_through(kind: str) -> None:
    config = compose(kind, [*GIVEN[kind], "+trainer.warmup_ratio=0.1", "trainer.learning_rate=1e-5"])
    assert (config["trainer"]["warmup_ratio"], config["trainer"]["learning_rate"]) == (0.1, 1e-5)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["plan", "gpu=2"], "unknown key 'gpu'; did you mean 'gpus'?"),
        (["plan", "gpus=0"], "gpus, tokens and sequences must be at least 1"),
        (["sft"], "data has no value; set it with data="),
        (["grpo"], "model.path has no value; set it with model.path="),
        (["sft", "data=x", "los=all"], "unknown key 'los'; did you mean 'loss'?"),
        (["sft", "data=x", "trainer=sft_cp"], "unknown trainer 'sft_cp'; did you mean 'sft_cpu'?"),
        (["sft", "data=/nowhere"], "there is no trajectory store at /nowhere"),
    ],
)
def test_bad_input_is_answered_in_a_sentence(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", *words]) == 2
    assert complaint in capsys.readouterr().err
