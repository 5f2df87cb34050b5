"""The model in the package: environments run on it by name, offline, and say so where they cannot."""

from __future__ import annotations

import importlib.util
from importlib.resources import files
from pathlib import Path

import gymnasium as gym
import pytest
from conftest import need_tools_of

import ecot  # noqa: F401
from ecot.envs.domain import domain_of
from ecot.envs.errors import ConfigError, PredictionError, ToolchainMissing
from ecot.envs.types import Label, Source

EMPTY = "```verilog\nmodule nothing; endmodule\n```"
MEBIBYTE = 2**20


def solved(env: gym.Env) -> str:
    return f"```verilog\n{env.unwrapped.task.solution[0].text}```"


@pytest.mark.needs("torch", "pyslang")
def test_an_environment_plays_on_the_packaged_model_by_its_name() -> None:
    env = gym.make("ECoT/Verilog-v0", backend="surrogate")
    env.reset(seed=1)
    observation, *_, info = env.step("```verilog\nthis is no verilog\n```")
    outcome = info["outcome"]
    assert outcome.source is Source.SURROGATE
    assert outcome.confidence is not None
    assert outcome.label in (Label.COMPILATION_ERROR, Label.REJECTED)
    assert "Corrections left: 4" in observation
    env.close()


@pytest.mark.needs("torch", "pyslang")
def test_many_environments_share_one_packaged_model() -> None:
    envs = gym.make_vec("ECoT/Verilog-v0", num_envs=3, backend="surrogate")
    envs.reset(seed=2)
    *_, infos = envs.step([EMPTY] * 3)
    assert all(item.source is Source.SURROGATE for item in infos["outcome"])
    envs.close()


def test_the_hybrid_runs_every_pass_for_real() -> None:
    need_tools_of(domain_of("ECoT/Verilog-v0"))
    env = gym.make("ECoT/Verilog-v0", backend="hybrid")
    env.reset(seed=3, options={"task_id": "comparator@1/000000"})
    *_, terminated, _, info = env.step(solved(env))
    assert (info["outcome"].source, info["outcome"].label, terminated) == (Source.REAL, Label.PASS, True)
    env.close()


@pytest.mark.parametrize("name", ["surrogate", "hybrid"])
def test_without_torch_one_sentence_says_what_to_install(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    need_tools_of(domain_of("ECoT/Verilog-v0"))
    env = gym.make("ECoT/Verilog-v0", backend=name)
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda word: None if word == "torch" else found(word))
    with pytest.raises(ToolchainMissing, match="needs torch, which is not installed: pip install"):
        env.reset(seed=1)
    env.close()


@pytest.mark.needs("torch", "pyslang")
def test_a_path_or_a_bound_that_is_wrong_is_named() -> None:
    env = gym.make("ECoT/Verilog-v0", backend="surrogate:/no/such/model")
    env.reset(seed=1)
    with pytest.raises(PredictionError, match="no world model at /no/such/model"):
        env.step(EMPTY)
    env.close()
    env = gym.make("ECoT/Verilog-v0", backend="hybrid:often")
    env.unwrapped._lease.release()
    with pytest.raises(ConfigError, match="hybrid:often"):
        _ = env.unwrapped.backend


def test_the_packaged_model_is_small_and_says_how_it_was_made() -> None:
    import json

    folder = Path(str(files("ecot.world_model").joinpath("models")))
    assert sum(item.stat().st_size for item in folder.iterdir()) < 20 * MEBIBYTE
    card = json.loads((folder / "icwm-small.json").read_text(encoding="utf-8"))["card"]
    assert set(card["rows"]["train"]) == {"Assembly", "CAD", "Embedded", "Triton", "Verilog"}
    assert not set(card["held_out"]["family"]) & set(card["held_out"]["calibration"])
