"""Files of a scratch folder."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecot.envs.sandbox.supervisor import scratch
from ecot.envs.sandbox.supervisor.room import Room

NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=40).filter(
    lambda name: name not in (".", "..") and len(name.encode()) < 255
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(NAMES, min_size=1, max_size=4), st.binary(max_size=3000))
def test_what_is_written_is_read_and_then_gone(tmp_path, names, data):
    root = str(tmp_path)
    path = "/".join(names)
    scratch.write(root, path, data)
    assert scratch.read(root, path, 1 << 20) == data
    assert scratch.read(root, path, 10) == data[:10]
    scratch.clear(root)
    assert not list(Path(root).iterdir())


def test_clearing_leaves_what_links_point_to(tmp_path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "kept").write_text("x")
    (root / "link").symlink_to(outside)
    (root / "deep").mkdir()
    (root / "deep" / "link").symlink_to(outside / "kept")
    scratch.clear(str(root))
    assert (outside / "kept").read_text() == "x"
    assert not list(Path(root).iterdir())


def test_clearing_manages_folders_deeper_than_a_path_can_say(tmp_path):
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        for _ in range(1200):
            Path("d" * 100).mkdir()
            os.chdir("d" * 100)
        Path("file").write_text("x")
    finally:
        os.chdir(here)
    assert scratch.usage(str(tmp_path), 10_000)[1] == 10_000, "too deep to count is as many as allowed"
    scratch.clear(str(tmp_path))
    assert not list(tmp_path.iterdir())


def test_clearing_manages_more_files_than_one_look_shows(tmp_path):
    for number in range(2500):
        (tmp_path / str(number)).touch()
    scratch.clear(str(tmp_path))
    assert not list(tmp_path.iterdir())


def test_usage_counts_files_and_bytes_on_disk(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"x" * 100_000)
    size, files = scratch.usage(str(tmp_path), 100)
    assert files == 2
    assert 100_000 <= size < 150_000


def test_room_counts_files_that_were_deleted_while_open(tmp_path):
    room = Room(str(tmp_path), 1, sized=False)
    with (tmp_path / "gone").open("wb") as file:
        file.write(b"x" * (2 << 20))
        file.flush()
        (tmp_path / "gone").unlink()
        assert not room.is_full([], final=True)
        assert room.is_full([os.getpid()], final=True)


def test_room_ends_with_the_number_of_files(tmp_path):
    room = Room(str(tmp_path), 1, sized=False)
    for number in range(256):
        assert not room.is_full([], final=True)
        (tmp_path / str(number)).touch()
    assert room.is_full([], final=True)
