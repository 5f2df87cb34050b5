"""What a training run needs of each GPU, reckoned from the dimensions of a model before anything is downloaded.

Parameters are counted on a model without memory (the meta device). What is kept for the backward pass was counted
tensor by tensor on Transformers' Qwen2 blocks with fused attention; tests count it again on small models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import torch
from transformers import Qwen2Config, Qwen2ForCausalLM

from ecot.envs.errors import ConfigError

GIB = 2**30
_HALF, _FULL = 2, 4
"""Bytes of a number in bfloat16 and in float32."""
_MOMENTS = 2
"""Numbers that Adam keeps for each weight that is trained."""
_GATHERED = 2
"""Blocks whose sharded weights stand whole on a GPU at a time: the one at work and the one fetched ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensions:
    """The published numbers of a transformer of the Qwen2 kind.

    Attributes:
        hidden: width of the residual stream.
        layers: blocks.
        heads: of queries; their width is `hidden / heads`.
        kv_heads: of keys and values.
        inner: width of the feed-forward layer.
        vocabulary: tokens.
        tied: whether the output reads the embeddings.
    """

    hidden: int
    layers: int
    heads: int
    kv_heads: int
    inner: int
    vocabulary: int
    tied: bool

    def __post_init__(self) -> None:
        sizes = [getattr(self, item.name) for item in fields(self) if item.name != "tied"]
        if min(sizes) < 1 or self.hidden % self.heads or self.heads % self.kv_heads:
            raise ConfigError(f"these are no dimensions of a transformer: {self}")

    @property
    def kv_width(self) -> int:
        """Numbers of the keys of one token in one block."""
        return self.kv_heads * self.hidden // self.heads


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What is to run where; see `configs/plan.yaml`."""

    gpus: int
    gpu_gib: float
    tokens: int
    sequences: int
    lora_rank: int
    checkpointing: bool
    rollouts: int
    teraflops: float
    utilisation: float

    def __post_init__(self) -> None:
        if min(self.gpus, self.tokens, self.sequences) < 1 or min(self.lora_rank, self.rollouts) < 0:
            raise ConfigError(f"gpus, tokens and sequences must be at least 1, lora_rank and rollouts 0: {self}")
        if not 0 < self.utilisation <= 1 or self.gpu_gib <= 0 or self.teraflops <= 0:
            raise ConfigError(f"utilisation must lie in (0, 1], memory and teraflops above 0: {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one GPU holds, in bytes, and how fast it is to be expected.

    Attributes:
        parameters: of the model, in all.
        trained: of these, or of its adapters.
        needs: bytes on a GPU by what they are for.
        room: bytes of a GPU.
        tokens_per_second: of training, all GPUs together; from the assumed utilisation, nothing was run.
    """

    parameters: int
    trained: int
    needs: Mapping[str, float]
    room: float
    tokens_per_second: float

    @property
    def total(self) -> float:
        """Bytes on a GPU."""
        return sum(self.needs.values())

    @property
    def fits(self) -> bool:
        """Whether it goes in, a tenth left free for fragments and workspaces."""
        return self.total <= 0.9 * self.room


def plan(dimensions: Dimensions, setup: Setup) -> Plan:
    """Return what each GPU needs.

    All weights: float32 weights, gradients and moments, sharded; a bfloat16 copy of the blocks at work. Adapters: the
    model in bfloat16, sharded, and float32 for the adapters alone.
    """
    model = meta_model(dimensions)
    parameters = sum(item.numel() for item in model.parameters())
    block = sum(item.numel() for item in model.model.layers[0].parameters())
    trained = adapter_parameters(dimensions, setup.lora_rank) if setup.lora_rank else parameters
    kept = parameters * _HALF if setup.lora_rank else 0
    tokens = setup.tokens * setup.sequences
    needs = {
        "weights": (kept + trained * _FULL) / setup.gpus + (_GATHERED * block * _HALF if setup.gpus > 1 else 0),
        "gradients": trained * _FULL / setup.gpus,
        "optimiser": trained * _FULL * _MOMENTS / setup.gpus,
        "activations": tokens * activation_bytes(dimensions, checkpointing=setup.checkpointing),
        "scores": tokens * dimensions.vocabulary * (_HALF + _FULL),
        "keys and values": setup.rollouts * setup.tokens * kv_bytes(dimensions),
    }
    # 6 operations a weight and token (2 forward, 4 backward), 2 more where the forward pass is made again.
    operations = (8 if setup.checkpointing else 6) * parameters
    speed = setup.gpus * setup.teraflops * 1e12 * setup.utilisation / operations
    return Plan(parameters=parameters, trained=trained, needs=needs, room=setup.gpu_gib * GIB, tokens_per_second=speed)


def meta_model(dimensions: Dimensions) -> Qwen2ForCausalLM:
    """Return the model without any memory behind it."""
    with torch.device("meta"):
        return Qwen2ForCausalLM(config_of(dimensions))


def config_of(dimensions: Dimensions) -> Qwen2Config:
    """Return the configuration that Transformers reads."""
    return Qwen2Config(
        hidden_size=dimensions.hidden,
        num_hidden_layers=dimensions.layers,
        num_attention_heads=dimensions.heads,
        num_key_value_heads=dimensions.kv_heads,
        intermediate_size=dimensions.inner,
        vocab_size=dimensions.vocabulary,
        tie_word_embeddings=dimensions.tied,
    )


def adapter_parameters(dimensions: Dimensions, rank: int) -> int:
    """Return the weights of LoRA adapters on all seven linear layers of every block (Hu et al. 2021)."""
    hidden, kv, inner = dimensions.hidden, dimensions.kv_width, dimensions.inner
    shapes = [(hidden, hidden), (hidden, kv), (hidden, kv), (hidden, hidden)] + [(hidden, inner)] * 3
    return dimensions.layers * rank * sum(map(sum, shapes))


def activation_bytes(dimensions: Dimensions, *, checkpointing: bool, number: int = _HALF) -> int:
    """Return the bytes that a token keeps for the backward pass, the scores over the vocabulary apart.

    A block keeps eight times its width (inputs and outputs of the two norms and of attention), the keys and values,
    and four times the feed-forward width; its norms work in float32, and attention keeps one number a head.

    Args:
        dimensions: of the model.
        checkpointing: whether only the inputs of blocks are kept, and one block at a time is worked out again.
        number: bytes of a number, 2 for bfloat16 and 4 for float32.
    """
    hidden = dimensions.hidden
    block = 8 * hidden * number + 2 * (_FULL - number) * hidden
    block += 2 * dimensions.kv_width * number + 4 * dimensions.inner * number + _FULL * dimensions.heads + 2 * _FULL
    last = 3 * hidden * number + (_FULL - number) * hidden
    if checkpointing:
        return dimensions.layers * hidden * number + block + last
    return dimensions.layers * block + last


def kv_bytes(dimensions: Dimensions) -> int:
    """Return the bytes of the keys and values of one token, in bfloat16."""
    return 2 * dimensions.layers * dimensions.kv_width * _HALF
