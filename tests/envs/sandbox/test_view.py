"""What programs may see of this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import ecot
from ecot.envs.sandbox import view
from ecot.envs.sandbox.users import unprivileged_user


def test_a_folder_above_something_hidden_is_replaced_by_what_else_is_in_it(tmp_path):
    for name in ("a/b/secret", "a/b/c", "a/d", "e"):
        (tmp_path / name).mkdir(parents=True)
    hidden = [tmp_path / "a/b/secret"]
    shown = set(view.without([tmp_path], hidden))
    assert shown == {tmp_path / "a/b/c", tmp_path / "a/d", tmp_path / "e"}
    assert list(view.without([tmp_path / "a/b/secret/x"], hidden)) == []
    assert list(view.without([tmp_path / "e"], hidden)) == [tmp_path / "e"]


def test_our_package_is_hidden_wherever_links_lead():
    hidden = view.own()
    for room in ("envs", "agents", "world_model", "trainers"):
        folder = Path(ecot.__path__[0], room).resolve()
        assert any(folder.is_relative_to(path) for path in hidden), room
    shown = list(view.without([*view.system(), *view.interpreter()], hidden))
    assert not any(path.resolve().is_relative_to(item) for path in shown for item in hidden)
    assert not any(item.is_relative_to(path.resolve()) for path in shown for item in hidden)


def test_what_judges_build_lies_where_only_the_present_user_writes(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = view.built.__wrapped__()
    assert folder is not None
    assert folder.is_relative_to(Path("/var/cache") if os.getuid() == 0 else tmp_path)
    assert folder.stat().st_uid == os.getuid()
    assert not folder.stat().st_mode & 0o022
    assert view.built() in view.system()


def test_no_folder_of_the_user_is_on_the_search_path(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", f"{tmp_path}:relative:/usr/bin:/bin")
    words = view.search_path().split(":")
    assert str(tmp_path) not in words
    assert "relative" not in words
    assert "/usr/bin" in words


def test_modules_come_from_visible_folders_only(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(tmp_path)
    assert str(tmp_path) not in view.modules()
    assert str(Path.cwd()) not in view.modules()


@pytest.mark.parametrize(
    ("map_", "first", "last"),
    [
        ("0 0 4294967295", 1_000_000_000, 2_000_000_000),
        ("0 100000 65536", 32768, 65534),
        ("0 1000 1\n1 100000 1000", 501, 999),
    ],
)
def test_a_cell_of_root_runs_as_a_user_that_its_namespace_knows(monkeypatch, map_, first, last):
    monkeypatch.setattr("os.getuid", lambda: 0)
    monkeypatch.setattr(Path, "read_text", lambda path: map_)
    for _ in range(50):
        user = unprivileged_user()
        assert user is not None
        assert first <= user < last


def test_a_cell_of_an_ordinary_user_runs_as_that_user(monkeypatch):
    monkeypatch.setattr("os.getuid", lambda: 1000)
    assert unprivileged_user() is None
