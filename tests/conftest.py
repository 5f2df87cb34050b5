"""Shared set-up: a temporary data root, and tool tests that skip on a laptop and fail in CI."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import ecot  # noqa: F401  (registers the environments)
from ecot.envs.domain import Domain
from ecot.envs.tools import version_of

# How fast a busy machine draws examples says nothing of the code.
settings.register_profile("ecot", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ecot")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files anew instead of comparing")


@pytest.fixture(autouse=True)
def _temporary_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that a test writes by default lands outside its own folder."""
    monkeypatch.setenv("ECOT_HOME", str(tmp_path / "ecot-home"))


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


def _present(tool: str) -> bool:
    return shutil.which(tool) is not None or importlib.util.find_spec(tool) is not None


def pytest_runtest_setup(item: pytest.Item) -> None:
    required = set(filter(None, os.environ.get("ECOT_REQUIRE", "").split(",")))
    for marker in item.iter_markers("needs"):
        for tool in marker.args:
            if _present(tool):
                continue
            if tool in required:
                pytest.fail(f"{tool} is missing, and ECOT_REQUIRE names it", pytrace=False)
            pytest.skip(f"needs {tool}; install it, or run `make test`")


def need_tools_of(domain: Domain) -> None:
    """Skip a test, or fail it where `ECOT_REQUIRE` names anything, unless all that a domain needs is installed."""
    missing = [tool.name for tool in domain.tools if not tool.optional and version_of(tool) is None]
    if missing and os.environ.get("ECOT_REQUIRE"):
        pytest.fail(f"{domain.id} needs {', '.join(missing)}, and ECOT_REQUIRE asks for tools", pytrace=False)
    if missing:
        pytest.skip(f"{domain.id} needs {', '.join(missing)}; install it, or run `make test`")
