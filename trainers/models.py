"""Models to train: read from a folder, or made here, with a tokenizer learned from texts and weights drawn from a seed.

Nothing is downloaded. A tokenizer made here speaks ChatML, and
learns phrases, so that what every prompt of a run repeats costs few tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from ecot.envs.encoding import from_json
from ecot.envs.errors import ConfigError

START, END, PAD = "<|im_start|>", "<|im_end|>", "<|pad|>"
_PIECES = Regex(r"[0-9]{1,3}|[A-Za-z]+(?: [A-Za-z]+)*|\n+ *|[^A-Za-z0-9\n]+")
"""Up to three digits; phrases, so that what every prompt repeats becomes few tokens; layout; signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The size of a transformer.

    Attributes:
        layers: blocks.
        width: of the residual stream.
        heads: of attention, as many for keys as for queries; divides the width.
        inner: width of the feed-forward layer.
        vocabulary: tokens at most.
        context: tokens that it can read.

    Raises:
        ConfigError: a value does not fit.
    """

    layers: int = 4
    width: int = 192
    heads: int = 6
    inner: int = 512
    vocabulary: int = 1024
    context: int = 1024

    def __post_init__(self) -> None:
        if min(self.layers, self.width, self.heads, self.inner, self.context) < 1 or self.vocabulary < 300:
            raise ConfigError(f"a model needs at least one of everything and a vocabulary of at least 300, not {self}")
        if self.width % self.heads or self.width // self.heads % 2:
            raise ConfigError(f"width {self.width} must be an even multiple of heads {self.heads}")


def train_tokenizer(texts: Iterable[str], *, vocabulary: int) -> PreTrainedTokenizerFast:
    """Return a byte-level BPE tokenizer with a ChatML template, learned from texts in their order."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(_PIECES, "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PAD, START, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, eos_token=END, additional_special_tokens=[START]
    )
    fast.chat_template = files("ecot.trainers").joinpath("chatml.jinja").read_text(encoding="utf-8")
    return fast


def make_model(shape: Shape, tokenizer: Any, *, seed: int) -> Any:
    """Return a transformer of the Qwen3 architecture with fresh weights; equal seeds give equal weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Qwen3ForCausalLM(
            Qwen3Config(
                vocab_size=len(tokenizer),
                hidden_size=shape.width,
                intermediate_size=shape.inner,
                num_hidden_layers=shape.layers,
                num_attention_heads=shape.heads,
                num_key_value_heads=shape.heads,
                head_dim=shape.width // shape.heads,
                max_position_embeddings=shape.context,
                initializer_range=shape.width**-0.5,  # scores of tied embeddings begin with a spread of about 1
                tie_word_embeddings=True,
                eos_token_id=tokenizer.eos_token_id,
                pad_token_id=tokenizer.pad_token_id,
                bos_token_id=None,
            )
        )


def open_model(choice: Mapping[str, Any], *, texts: Iterable[str], seed: int) -> tuple[Any, Any]:
    """Return the model and the tokenizer that a configuration names.

    Args:
        choice: `path` (a folder) and `dtype`, or the fields of a `Shape`.
        texts: that a tokenizer is learned from, where one is made.
        seed: of fresh weights.

    Raises:
        ConfigError: the folder holds no model, or the shape does not fit.
    """
    if "path" in choice:
        return load_model(Path(choice["path"]), dtype=str(choice.get("dtype", "auto")))
    try:
        shape = from_json(Shape, choice)
    except ValueError as error:
        raise ConfigError(f"model: {error}") from None
    tokenizer = train_tokenizer(texts, vocabulary=shape.vocabulary)
    return make_model(shape, tokenizer, seed=seed), tokenizer


def load_model(path: Path, *, dtype: str = "auto") -> tuple[Any, Any]:
    """Return the model and the tokenizer in a folder.

    Raises:
        ConfigError: it holds none.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)
        return AutoModelForCausalLM.from_pretrained(path, local_files_only=True, dtype=dtype), tokenizer
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} holds no model that can be loaded: {str(error).splitlines()[0]}") from None
