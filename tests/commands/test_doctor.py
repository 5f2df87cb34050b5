"""`ecot doctor`: what is installed, in the words that `env=` takes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ecot.commands.doctor import installed_environments
from ecot.envs import tools


def test_the_installed_environments_are_named_as_configurations_name_them():
    words = subprocess.run(
        [sys.executable, "-m", "ecot", "doctor", "--installed"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert words == installed_environments()


def test_an_environment_whose_tool_is_missing_is_left_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nowhere")
    tools.version_of.cache_clear()
    try:
        assert "verilog" not in installed_environments()
    finally:
        monkeypatch.undo()
        tools.version_of.cache_clear()
