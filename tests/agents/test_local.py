"""A model of Transformers in this process, made by the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecot.agents.agent import ContextFull
from ecot.agents.chat import Message, Sampling
from ecot.envs.errors import ConfigError
from ecot.envs.types import StopReason

pytestmark = [pytest.mark.needs("torch", "transformers"), pytest.mark.filterwarnings("default")]

TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
HELLO = [Message("system", "be brief"), Message("user", "hello")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={char: index for index, char in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|end|>",
        additional_special_tokens=["<|system|>", "<|user|>", "<|assistant|>"],
    )
    fast.chat_template = TEMPLATE
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(fast),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=128,
        eos_token_id=fast.eos_token_id,
    )
    path = tmp_path_factory.mktemp("tiny")
    LlamaForCausalLM(config).save_pretrained(path)
    fast.save_pretrained(path)
    return path


def test_it_completes_with_ids_and_logprobs_and_equal_seeds_draw_alike(folder: Path) -> None:
    from ecot.agents.local import LocalModel

    model = LocalModel(folder, logprobs=True)
    sampling = Sampling(temperature=1.0, max_tokens=8)
    one, same, other = (model.complete(HELLO, sampling=sampling, seed=seed) for seed in (1, 1, 2))
    assert one.completion_ids == same.completion_ids != other.completion_ids
    assert len(one.logprobs) == len(one.completion_ids) == one.usage.completion_tokens <= 8
    assert all(value <= 0 for value in one.logprobs)
    assert one.usage.prompt_tokens == len(one.prompt_ids) > 10
    assert one.stop_reason in (StopReason.LENGTH, StopReason.STOP)
    greedy = [model.complete(HELLO, sampling=Sampling(temperature=0.0, max_tokens=4), seed=s).text for s in (1, 2)]
    assert greedy[0] == greedy[1]
    model.close()


def test_what_does_not_fit_is_said(folder: Path) -> None:
    from ecot.agents.local import LocalModel

    model = LocalModel(folder)
    with pytest.raises(ContextFull, match="reads 128 tokens"):
        model.complete([Message("user", "x" * 400)], sampling=Sampling(), seed=0)
    filled = model.complete([Message("user", "x" * 110)], sampling=Sampling(max_tokens=500), seed=0)
    assert filled.usage.completion_tokens <= 18


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    from ecot.agents.local import local_agent

    with pytest.raises(ConfigError, match=r"agent\.path '/nowhere' is no folder"):
        local_agent(path="/nowhere")
    agent = local_agent(path=str(tmp_path))
    assert agent.name.startswith("chat(")
