"""Every configuration composes, and every object that one names can be made or says what it lacks."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from ecot.agents.agent import Agent, Closes, PrivilegedAgent
from ecot.commands.collect import Settings
from ecot.commands.composition import build, compose, nearest
from ecot.envs.backend import Backend
from ecot.envs.domain import domains
from ecot.envs.encoding import from_json
from ecot.envs.errors import ConfigError

GROUPS = {"env", "backend", "agent", "sampler"}


def options(group: str) -> list[str]:
    return sorted(item.name.removesuffix(".yaml") for item in files("ecot.configs").joinpath(group).iterdir())


def test_the_defaults_are_complete() -> None:
    config = compose("collect", [])
    values = {key: value for key, value in config.items() if key not in GROUPS}
    assert from_json(Settings, values).episodes == 100
    assert set(config) - set(values) == GROUPS


@pytest.mark.parametrize("name", options("env"))
def test_every_env_group_names_a_registered_environment(name: str) -> None:
    assert compose("collect", [f"env={name}"])["env"]["id"] in domains()


def test_every_registered_environment_has_an_env_group() -> None:
    named = {compose("collect", [f"env={name}"])["env"]["id"] for name in options("env")}
    assert named == {env_id for env_id in domains() if env_id.startswith("ECoT/")}


NEEDED = {
    "chat": ["agent.model=tiny", "agent.base_url=http://127.0.0.1:1/v1"],
    "local": ["agent.path=."],
    "policy": ["agent.path=."],
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.needs("torch", "transformers")) if name in ("local", "policy") else name
        for name in options("agent")
    ],
)
def test_every_agent_group_makes_an_agent(name: str) -> None:
    agent = build(compose("collect", [f"agent={name}", *NEEDED.get(name, [])]), "agent")
    assert isinstance(agent, Agent | PrivilegedAgent)
    if isinstance(agent, Closes):
        agent.close()


def test_what_a_chat_model_needs_is_asked_for() -> None:
    with pytest.raises(ConfigError, match=r"agent\.model has no value; set it with agent\.model="):
        compose("collect", ["agent=chat"])


def test_the_real_backend_takes_the_workers_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECOT_SANDBOX", "none")
    backend = build(compose("collect", ["workers=3"]), "backend")
    assert isinstance(backend, Backend)
    assert compose("collect", ["workers=3"])["backend"]["inner"]["workers"] == 3
    backend.close()


def test_the_remote_backend_takes_an_address(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"backend.address has no value; set it with backend.address="):
        compose("collect", ["backend=remote"])
    config = compose("collect", ["backend=remote", f"backend.address={tmp_path}/socket"])
    assert config["backend"]["address"] == f"{tmp_path}/socket"


def test_a_folder_of_ones_own_adds_to_the_groups(tmp_path: Path) -> None:
    (tmp_path / "agent").mkdir()
    (tmp_path / "agent" / "mine.yaml").write_text("_target_: ecot.agents.baselines.NoopAgent\n")
    config = compose("collect", ["agent=mine"], config_dir=tmp_path)
    assert build(config, "agent").name == "noop"
    with pytest.raises(ConfigError, match="unknown agent 'mien'; did you mean 'mine'"):
        compose("collect", ["agent=mien"], config_dir=tmp_path)


def test_the_nearest_word_is_suggested_else_all_are_listed() -> None:
    assert nearest("episods", ["episodes", "seed"]) == "did you mean 'episodes'?"
    assert nearest("xyzzy", ["episodes", "seed"]) == "use one of: episodes, seed"
