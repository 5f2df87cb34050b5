"""A folder of configurations that puts the fake domain and backend into the commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import FAKE_ID, NEEDY_ID, fakes_registered

from ecot.__main__ import main


@pytest.fixture
def fakes() -> Iterator[None]:
    with fakes_registered():
        yield


@pytest.fixture
def config_dir(tmp_path: Path) -> Path:
    files = {
        "env/lists.yaml": f"id: {FAKE_ID}\n",
        "env/needy.yaml": f"id: {NEEDY_ID}\n",
        "backend/fake.yaml": "_target_: fakes.FakeBackend\ndelay: 0.0\n",
        "backend/unconfined.yaml": "_target_: ecot.envs.real.RealBackend\nsandbox: none\n",
        "backend/failing.yaml": (
            "_target_: fakes.FakeBackend\nfail_after: 8\n"
            "error: {_target_: ecot.envs.errors.SandboxError, _args_: [no room left]}\n"
        ),
        "agent/silly.yaml": "_target_: builtins.dict\n",
    }
    for name, text in files.items():
        path = tmp_path / "conf" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "conf"


@pytest.fixture
def collect(fakes: None, config_dir: Path, tmp_path: Path) -> Callable[..., int]:
    def run(*words: str, output: Path | None = None) -> int:
        base = ["--config-dir", str(config_dir), "env=lists", "backend=fake", "episodes=20", "workers=2"]
        return main(["collect", *base, f"output={output or tmp_path / 'store'}", *words])

    return run
