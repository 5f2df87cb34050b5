"""Which mechanism is taken."""

from __future__ import annotations

import pytest

from ecot.envs.errors import ConfigError, SandboxError
from ecot.envs.sandbox import choose as module
from ecot.envs.sandbox.choose import choose


@pytest.fixture
def problems(monkeypatch):
    """The mechanisms that do not work, with why."""
    found: dict[str, str] = {}
    monkeypatch.setattr(module, "problem", lambda name: found.get(name, ""))
    monkeypatch.delenv("ECOT_SANDBOX", raising=False)
    return found


def test_bubblewrap_comes_first(problems):
    assert choose().name == "bubblewrap"


def test_landlock_comes_second(problems):
    problems["bubblewrap"] = "namespaces are forbidden"
    assert choose().name == "landlock"


def test_nothing_is_never_taken_by_itself(problems):
    problems |= {"bubblewrap": "namespaces are forbidden", "landlock": "an old kernel"}
    with pytest.raises(SandboxError, match=r"namespaces are forbidden.*an old kernel.*ECOT_SANDBOX=none"):
        choose()


def test_a_mechanism_that_was_asked_for_is_not_replaced_by_another(problems):
    problems["bubblewrap"] = "namespaces are forbidden"
    with pytest.raises(SandboxError, match="namespaces are forbidden"):
        choose("bubblewrap")


def test_the_environment_stands_for_auto_only(problems, monkeypatch):
    monkeypatch.setenv("ECOT_SANDBOX", "none")
    assert choose().name == "none"
    assert choose("landlock").name == "landlock"
    monkeypatch.setenv("ECOT_SANDBOX", "")
    assert choose().name == "bubblewrap"


def test_an_unknown_name_is_told_with_those_that_are_known(problems, monkeypatch):
    with pytest.raises(ConfigError, match=r"'docker'.*bubblewrap"):
        choose("docker")
    monkeypatch.setenv("ECOT_SANDBOX", "jail")
    with pytest.raises(ConfigError, match="'jail'"):
        choose()


def test_every_mechanism_says_what_it_does_not_contain():
    for name in ("bubblewrap", "landlock", "none"):
        gaps = module._sandbox(name).gaps()
        assert gaps
        assert all(gap.endswith(".") for gap in gaps)
