"""The store: nothing lost, nothing double, whatever a kill or a flipped bit leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecot.envs import store as store_module
from ecot.envs.errors import StoreError
from ecot.envs.shards import Line, is_sealed, seal, unseal
from ecot.envs.store import TrajectoryStore, identity_of
from ecot.envs.types import (
    Diagnostic,
    Label,
    Outcome,
    Provenance,
    StageResult,
    StopReason,
    Trajectory,
    Turn,
    digest,
)

TEXT = st.text(st.characters(exclude_categories=()), max_size=40)  # every code point, lone surrogates included


def trajectory(name: str = "a", **changes: object) -> Trajectory:
    outcome = Outcome(
        stages=(
            StageResult(name="compile", passed=True, label=Label.PASS, metrics={"cells": 3, "path": 1.5}, seconds=0.2),
            StageResult(
                name="simulate",
                passed=False,
                label=Label.MISMATCH,
                diagnostics=(Diagnostic(tool="judge", code="wrong_value", message="q: expected 1\ngot 0", line=4),),
            ),
        )
    )
    turn = Turn(observation="Do it.", action="```v\nmodule m; endmodule\n```", outcome=outcome, reward=0.1)
    fields: dict[str, object] = {
        "identity": digest(name),
        "env_id": "Fake/Lists-v0",
        "task_id": f"lists@1/{name}",
        "task_digest": digest("task"),
        "group_id": "g",
        "sample_index": 0,
        "turns": (turn,),
        "terminated": False,
        "truncated": True,
        "seed": 7,
        "provenance": Provenance(
            backend={"name": "fake"},
            agent="saying",
            config={"stages": ["compile"], "corrections": 4, "split": None},
            created="2026-01-02T03:04:05+00:00",
        ),
    }
    return Trajectory(**{**fields, **changes})  # type: ignore[arg-type]


def with_tokens(name: str) -> Trajectory:
    base = trajectory(name)
    turn = Turn(
        observation="o",
        action="a",
        outcome=None,
        reward=0.0,
        stop_reason=StopReason.LENGTH,
        prompt_ids=(1, 2, 3),
        completion_ids=(4, 5),
        logprobs=(-0.1, float("-inf")),
    )
    return trajectory(name, turns=(*base.turns, turn))


def write(path: Path, *items: Trajectory) -> None:
    with TrajectoryStore(path, write=True) as store:
        for item in items:
            assert store.append(item)


def shard_of(path: Path) -> Path:
    (shard,) = (item for item in path.glob("*.jsonl") if not item.name.endswith(".tokens.jsonl"))
    return shard


def test_what_is_appended_is_read_back_equal(tmp_path: Path) -> None:
    items = [trajectory("a"), trajectory("b", error="SandboxError: gone"), trajectory("c", turns=())]
    write(tmp_path, *items)
    store = TrajectoryStore(tmp_path)
    assert list(store) == items
    assert len(store) == 3
    assert store[items[1].identity] == items[1]


@given(action=TEXT, observation=TEXT, reward=st.floats(allow_nan=False))
def test_any_text_and_number_survives(tmp_path_factory: pytest.TempPathFactory, **drawn: object) -> None:
    path = tmp_path_factory.mktemp("store")
    item = trajectory("a", turns=(Turn(outcome=None, **drawn),))  # type: ignore[arg-type]
    write(path, item)
    assert list(TrajectoryStore(path)) == [item]


def test_whole_numbers_stay_whole_numbers(tmp_path: Path) -> None:
    write(tmp_path, trajectory())
    (read,) = TrajectoryStore(tmp_path)
    assert digest(read) == digest(trajectory())


def test_an_identity_is_stored_once(tmp_path: Path) -> None:
    with TrajectoryStore(tmp_path, write=True) as store:
        assert store.append(trajectory("a"))
        assert not store.append(trajectory("a", seed=8))
    with TrajectoryStore(tmp_path, write=True) as store:
        assert not store.append(trajectory("a"))
    assert [item.seed for item in TrajectoryStore(tmp_path)] == [7]


def test_a_sound_trajectory_takes_the_place_of_a_broken_one_and_never_the_reverse(tmp_path: Path) -> None:
    broken = trajectory("a", error="SandboxError: no room", turns=())
    with TrajectoryStore(tmp_path, write=True) as store:
        assert store.append(broken)
        assert not store.finished(broken.identity)
        assert store.append(trajectory("a"))
        assert store.finished(broken.identity)
        assert not store.append(broken)
    assert list(TrajectoryStore(tmp_path)) == [trajectory("a")]


def test_token_ids_lie_beside_the_trajectories_and_come_back_on_request(tmp_path: Path) -> None:
    items = [with_tokens("a"), trajectory("b")]
    write(tmp_path, *items)
    assert list(TrajectoryStore(tmp_path, tokens=True)) == items
    assert next(iter(TrajectoryStore(tmp_path))).turns[1].prompt_ids == ()
    assert b"prompt_ids" not in shard_of(tmp_path).read_bytes()


def test_lost_token_ids_are_an_error_and_not_an_empty_tuple(tmp_path: Path) -> None:
    write(tmp_path, with_tokens("a"))
    shard_of(tmp_path).with_suffix(".tokens.jsonl").unlink()
    with pytest.raises(StoreError, match="lost the token ids"):
        list(TrajectoryStore(tmp_path, tokens=True))


@pytest.mark.parametrize("keep", range(1, 60, 7))
def test_a_torn_last_line_is_cut_kept_aside_and_counted(tmp_path: Path, keep: int) -> None:
    write(tmp_path, trajectory("a"), trajectory("b"))
    shard = shard_of(tmp_path)
    lines = shard.read_bytes().splitlines(keepends=True)
    torn = lines[1][: len(lines[1]) * keep // 60]
    shard.write_bytes(lines[0] + torn)
    assert [item.task_id for item in TrajectoryStore(tmp_path)] == ["lists@1/a"]
    with TrajectoryStore(tmp_path, write=True) as store:
        assert store.torn == 1
        assert store.append(trajectory("b"))
    assert shard.read_bytes() == b"".join(lines)
    assert shard.with_name(shard.name + ".torn").read_bytes() == torn + b"\n"
    assert TrajectoryStore(tmp_path).problems == []


def test_a_reader_leaves_the_line_that_a_writer_is_writing_alone(tmp_path: Path) -> None:
    write(tmp_path, trajectory("a"))
    shard = shard_of(tmp_path)
    before = shard.read_bytes() + b'{"identity":"half'
    shard.write_bytes(before)
    assert len(TrajectoryStore(tmp_path)) == 1
    assert shard.read_bytes() == before


@given(position=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_told_and_costs_only_its_line(
    tmp_path_factory: pytest.TempPathFactory, position: int, bit: int
) -> None:
    path = tmp_path_factory.mktemp("store")
    write(path, trajectory("a"), trajectory("b"), trajectory("c"))
    shard = shard_of(path)
    data = bytearray(shard.read_bytes())
    first, second = data.index(b"\n") + 1, data.index(b"\n", data.index(b"\n") + 1)
    place = first + position % (second - first)
    data[place] ^= 1 << bit
    shard.write_bytes(data)
    store = TrajectoryStore(path)
    assert [item.task_id for item in store.readable()] == ["lists@1/a", "lists@1/c"]
    assert store.problems
    assert f"{shard}, line 2" in store.problems[0]
    assert digest("b") not in store
    with pytest.raises(StoreError, match="line 2"):
        store.digest()


def test_iterating_over_a_damaged_store_gives_what_is_sound_and_then_complains(tmp_path: Path) -> None:
    write(tmp_path, trajectory("a"), trajectory("b"))
    shard = shard_of(tmp_path)
    shard.write_bytes(b"not a record\n" + shard.read_bytes())
    reading = iter(TrajectoryStore(tmp_path))
    assert [next(reading), next(reading)] == [trajectory("a"), trajectory("b")]
    with pytest.raises(StoreError, match=r"line 1 is corrupt.*delete that line"):
        next(reading)


def test_a_line_of_another_shape_is_named_with_its_field(tmp_path: Path) -> None:
    write(tmp_path, trajectory("a"))
    shard = shard_of(tmp_path)
    record = json.loads(shard.read_bytes())
    del record["crc32"]
    record["seed"] = "seven"
    shard.write_bytes(seal(record))
    with pytest.raises(StoreError, match=r"line 1 is no trajectory .*seed: expected int"):
        list(TrajectoryStore(tmp_path))


def test_the_digest_ignores_order_time_and_shards_and_nothing_else(tmp_path: Path) -> None:
    def at(created: str, seconds: float, name: str) -> Trajectory:
        base = trajectory(name)
        assert base.turns[0].outcome is not None
        stages = tuple(
            StageResult(
                name=stage.name,
                passed=stage.passed,
                label=stage.label,
                diagnostics=stage.diagnostics,
                metrics=stage.metrics,
                seconds=seconds,
            )
            for stage in base.turns[0].outcome.stages
        )
        turn = Turn(
            observation="Do it.",
            action=base.turns[0].action,
            outcome=Outcome(stages=stages),
            reward=base.turns[0].reward,
        )
        provenance = Provenance(
            backend={"name": "fake"}, agent="saying", config=base.provenance.config, created=created
        )
        return trajectory(name, turns=(turn,), provenance=provenance)

    write(tmp_path / "one", at("then", 1.0, "a"), at("then", 1.0, "b"))
    with TrajectoryStore(tmp_path / "two", write=True, shard_bytes=1) as store:
        store.append(at("now", 2.0, "b"))
        store.append(trajectory("broken", error="x"))
        store.append(at("now", 2.0, "a"))
    write(tmp_path / "three", at("then", 1.0, "a"), trajectory("b", seed=8))
    one, two, three = (TrajectoryStore(tmp_path / name).digest() for name in ("one", "two", "three"))
    assert one == two
    assert one != three


def test_a_full_shard_is_followed_by_the_next(tmp_path: Path) -> None:
    for name in "abc":
        with TrajectoryStore(tmp_path, write=True, shard_bytes=1) as store:
            store.append(with_tokens(name))
            store.append(with_tokens(name * 2))
    assert len([item for item in tmp_path.glob("*.jsonl") if ".tokens" not in item.name]) == 6
    assert list(TrajectoryStore(tmp_path, tokens=True)) == [
        with_tokens(name) for name in ("a", "aa", "b", "bb", "c", "cc")
    ]


def test_a_second_writer_on_the_same_machine_is_refused_by_name(tmp_path: Path) -> None:
    with (
        TrajectoryStore(tmp_path, write=True),
        pytest.raises(StoreError, match=rf"being written by process {os.getpid()} of this machine"),
    ):
        TrajectoryStore(tmp_path, write=True)
    TrajectoryStore(tmp_path, write=True).close()


def test_two_machines_write_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with TrajectoryStore(tmp_path, write=True) as here:
        monkeypatch.setattr(store_module.socket, "gethostname", lambda: "other/node 1")
        with TrajectoryStore(tmp_path, write=True) as there:
            here.append(trajectory("a"))
            there.append(trajectory("a"))
            there.append(trajectory("b"))
    assert sorted(item.task_id for item in TrajectoryStore(tmp_path)) == ["lists@1/a", "lists@1/b"]


def test_many_threads_append_without_loss(tmp_path: Path) -> None:
    with TrajectoryStore(tmp_path, write=True, shard_bytes=5000) as store:
        threads = [
            threading.Thread(target=lambda part=part: [store.append(with_tokens(f"{part}/{n}")) for n in range(25)])
            for part in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    read = TrajectoryStore(tmp_path, tokens=True)
    assert {item.identity for item in read} == {digest(f"{part}/{n}") for part in range(4) for n in range(25)}


FULL_DISK = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from test_store import trajectory
from ecot.envs.errors import StoreError
from ecot.envs.store import TrajectoryStore
store = TrajectoryStore(sys.argv[1], write=True)
store.append(trajectory("a"))
size = next(store.path.glob("*.jsonl")).stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, -1))
try:
    store.append(trajectory("b"))
except StoreError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
assert store.append(trajectory("b"))
store.close()
"""


def test_a_host_without_room_costs_nothing_that_was_stored(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "what was stored before is safe" in done.stdout
    assert list(TrajectoryStore(tmp_path)) == [trajectory("a"), trajectory("b")]


def test_reading_what_is_not_a_store_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no trajectory store at .*`ecot collect output="):
        TrajectoryStore(tmp_path / "nothing")
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="a trajectory store is a folder"):
        TrajectoryStore(tmp_path / "file")
    (tmp_path / "store.json").write_text('{"format": "ecot-trajectories", "schema": 99}')
    with pytest.raises(StoreError, match="schema 99"):
        TrajectoryStore(tmp_path)
    (tmp_path / "store.json").write_text("{")
    with pytest.raises(StoreError, match="cannot read"):
        TrajectoryStore(tmp_path)


def test_writing_into_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(StoreError, match=r"holds other things \(thesis.tex\)"):
        TrajectoryStore(tmp_path, write=True)
    assert [item.name for item in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_store_open_for_reading_takes_nothing(tmp_path: Path) -> None:
    write(tmp_path, trajectory("a"))
    with pytest.raises(StoreError, match="write=True"):
        TrajectoryStore(tmp_path).append(trajectory("b"))
    with pytest.raises(StoreError, match="holds no trajectory 'b'"):
        TrajectoryStore(tmp_path)["b"]


def test_identity_depends_on_each_of_its_parts() -> None:
    base = {"env_id": "E", "task_id": "t", "seed": 1, "sample_index": 0, "agent": "a", "config": {"corrections": 4}}
    changes = ({"env_id": "F"}, {"task_id": "u"}, {"seed": 2}, {"sample_index": 1}, {"agent": "b"}, {"config": {}})
    identities = {identity_of(**{**base, **change}) for change in ({}, *changes)}  # type: ignore[arg-type]
    assert len(identities) == 7


@given(st.dictionaries(TEXT, st.one_of(TEXT, st.integers(), st.booleans(), st.none()), min_size=1))
def test_a_seal_holds_until_any_byte_changes(record: dict[str, object]) -> None:
    record.pop("crc32", None)
    line = seal({"identity": "x", **record})
    assert unseal(line, Line(Path("s"), 1, 0, len(line))) == {"identity": "x", **record}
    assert not is_sealed(line[:-1])
    assert not is_sealed(line[1:])
