"""The house: light imports, one import name, clean lint, types and architecture, a wheel of `ecot/` only."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
HEAVY = ("torch", "transformers", "vllm", "trl", "ray", "cadquery", "triton", "hydra", "pyslang", "tree_sitter", "rich")


def run(*argv: str, cwd: Path = ROOT, **environment: str) -> str:
    done = subprocess.run(
        argv, cwd=cwd, capture_output=True, text=True, check=False, env={**os.environ, **environment}, timeout=280
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_importing_the_package_pulls_in_nothing_heavy() -> None:
    code = f"import sys, ecot; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert run(sys.executable, "-c", code).strip() == "[]"


def test_judging_leaves_the_handling_of_broken_pipes_alone() -> None:
    code = (
        "import signal; before = signal.getsignal(signal.SIGPIPE); import ecot.envs.verilog.waves; "
        "print(signal.getsignal(signal.SIGPIPE) == before == signal.SIG_IGN)"
    )
    assert run(sys.executable, "-c", code).strip() == "True"


def test_bare_room_names_are_not_importable_outside_the_tree(tmp_path: Path) -> None:
    code = (
        "import importlib.util as u; print([n for n in ('envs','agents','trainers','world_model') if u.find_spec(n)])"
    )
    assert run(sys.executable, "-c", code, cwd=tmp_path).strip() == "[]"


def test_ruff_is_content() -> None:
    run(str(BIN / "ruff"), "check", ".")
    run(str(BIN / "ruff"), "format", "--check", ".")


def test_every_type_checks() -> None:
    run(str(BIN / "mypy"))


def test_rooms_import_downhill_only() -> None:
    run(str(BIN / "lint-imports"))


def test_spelling() -> None:
    run(str(BIN / "codespell"))


def test_no_module_of_the_ground_floor_has_a_vague_name() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "core", "base", "misc", "manager"}
    found = [path for room in ("envs", "agents", "src/ecot/commands") for path in (ROOT / room).rglob("*.py")]
    assert found
    assert not [path for path in found if path.stem in vague]


@pytest.mark.slow
def test_the_wheel_holds_only_the_package_and_works_in_an_empty_environment(tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--outdir", str(tmp_path), str(ROOT))
    wheel = next(tmp_path.glob("*.whl"))
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} - {"ecot"} == {f"ecot_gym-{wheel.name.split('-')[1]}.dist-info"}
    for suffix in (".md", ".yaml", ".v", "py.typed"):
        assert any(name.endswith(suffix) for name in names), suffix
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        assert any(name.endswith("envs/types.py") for name in archive.getnames())
    venv.create(tmp_path / "empty", with_pip=True)
    python = str(tmp_path / "empty" / "bin" / "python")
    run(python, "-m", "pip", "install", "--quiet", str(wheel), cwd=tmp_path)
    code = """
import ecot, gymnasium as gym
env = gym.make("ECoT/Verilog-v0")
source = env.unwrapped.source
print(len(source), source[source.ids("train")[0]].id)
"""
    assert run(python, "-c", code, cwd=tmp_path).split()[0].isdigit()
    assert "doctor" in run(str(tmp_path / "empty" / "bin" / "ecot"), "--help", cwd=tmp_path)
