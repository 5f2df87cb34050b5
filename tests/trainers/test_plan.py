"""What a plan reckons is what small models take, and what is published of large ones."""

from __future__ import annotations

from typing import Any

import pytest

from ecot.commands.composition import compose
from ecot.envs.encoding import from_json
from ecot.envs.errors import ConfigError

pytestmark = [pytest.mark.needs("torch", "transformers"), pytest.mark.filterwarnings("default")]

PUBLISHED = {
    "qwen2_5_0_5b": 494_032_768,
    "qwen2_5_1_5b": 1_543_714_304,
    "qwen2_5_7b": 7_615_616_512,
    "qwen2_5_32b": 32_763_876_352,
}
SMALL = [
    {"hidden": 64, "layers": 2, "heads": 4, "kv_heads": 2, "inner": 160, "vocabulary": 500, "tied": True},
    {"hidden": 96, "layers": 3, "heads": 6, "kv_heads": 6, "inner": 256, "vocabulary": 300, "tied": False},
    {"hidden": 128, "layers": 4, "heads": 4, "kv_heads": 1, "inner": 384, "vocabulary": 800, "tied": True},
]


def planned(words: list[str]) -> Any:
    from ecot.trainers.plan import Dimensions, Setup, plan

    config = dict(compose("plan", words))
    dimensions = from_json(Dimensions, config.pop("dimensions"))
    return plan(dimensions, from_json(Setup, config))


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_are_those_that_are_published(name: str) -> None:
    assert planned([f"dimensions={name}"]).parameters == PUBLISHED[name]


@pytest.mark.parametrize("number", [2, 4])
@pytest.mark.parametrize("shape", SMALL)
def test_what_is_kept_for_the_backward_pass_is_what_was_reckoned(shape: dict[str, Any], number: int) -> None:
    import torch
    from transformers import Qwen2ForCausalLM

    from ecot.trainers.plan import Dimensions, activation_bytes, config_of

    dimensions = Dimensions(**shape)
    model = Qwen2ForCausalLM(config_of(dimensions)).to({2: torch.bfloat16, 4: torch.float32}[number])
    weights = {item.untyped_storage().data_ptr() for item in model.parameters()}
    kept: dict[int, Any] = {}

    def pack(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage
        return tensor

    ids = torch.randint(0, dimensions.vocabulary, (2, 64))
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = model(input_ids=ids, labels=ids).loss
    measured = sum(storage.nbytes() for storage in kept.values()) - ids.numel() * dimensions.vocabulary * 4
    assert loss.item() > 0
    assert measured == pytest.approx(
        ids.numel() * activation_bytes(dimensions, checkpointing=False, number=number), rel=0.1
    )


@pytest.mark.parametrize("shape", SMALL)
def test_weights_gradients_and_moments_are_what_was_reckoned(shape: dict[str, Any]) -> None:
    import torch
    from transformers import Qwen2ForCausalLM

    from ecot.trainers.plan import Dimensions, Setup, config_of, plan

    values = {key: value for key, value in compose("plan", []).items() if key != "dimensions"}
    reckoned = plan(Dimensions(**shape), from_json(Setup, values))
    model = Qwen2ForCausalLM(config_of(Dimensions(**shape))).float()
    optimiser = torch.optim.AdamW(model.parameters())
    ids = torch.randint(0, shape["vocabulary"], (1, 8))
    model(input_ids=ids, labels=ids).loss.backward()
    optimiser.step()
    moments = sum(value.nbytes for state in optimiser.state.values() for value in state.values() if value.dim())
    gradients = sum(item.grad.nbytes for item in model.parameters() if item.grad is not None)
    weights = sum(item.nbytes for item in model.parameters())
    assert (reckoned.needs["weights"], reckoned.needs["gradients"], reckoned.needs["optimiser"]) == (
        weights,
        gradients,
        moments,
    )


def test_adapters_are_counted_as_peft_makes_them() -> None:
    peft = pytest.importorskip("peft")
    from transformers import Qwen2ForCausalLM

    from ecot.trainers.plan import Dimensions, adapter_parameters, config_of

    dimensions = Dimensions(**SMALL[1])
    lora = peft.LoraConfig(r=4, target_modules="all-linear")
    model = peft.get_peft_model(Qwen2ForCausalLM(config_of(dimensions)), lora)
    trained = sum(item.numel() for item in model.parameters() if item.requires_grad)
    assert trained == adapter_parameters(dimensions, 4)


def test_sharding_makes_room() -> None:
    one, many = (planned(["dimensions=qwen2_5_32b", "tokens=32768", f"gpus={count}"]) for count in (8, 64))
    assert not one.fits
    assert many.fits
    assert many.needs["optimiser"] == one.needs["optimiser"] / 8
    assert many.tokens_per_second == pytest.approx(8 * one.tokens_per_second)


def test_what_cannot_be_planned_is_said() -> None:
    with pytest.raises(ConfigError, match="gpus, tokens and sequences must be at least 1"):
        planned(["gpus=0"])
    with pytest.raises(ConfigError, match="no dimensions of a transformer"):
        planned(["dimensions.heads=5"])
