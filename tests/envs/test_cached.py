"""The cache: one run for equal requests, whenever they come and whoever gives up; nothing kept that should not be."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, wait
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeBackend, fakes_registered
from gated import GatedBackend, request_of
from hypothesis import given
from hypothesis import strategies as st

from ecot.envs import cached
from ecot.envs.cached import CacheCounts, CachedBackend
from ecot.envs.errors import ConfigError, SandboxError
from ecot.envs.types import EnvironmentBundle, File, Label, Limits, Objective, Outcome, Request, Source


@pytest.fixture(autouse=True)
def _fakes() -> Iterator[None]:
    with fakes_registered():
        yield


@pytest.fixture
def gated() -> GatedBackend:
    return GatedBackend()


def test_the_same_request_again_costs_no_run() -> None:
    inner = FakeBackend()
    backend = CachedBackend(inner)
    first, second = (backend.submit(request_of(3)).result(1) for _ in range(2))
    assert first == second
    assert first.passed
    assert len(inner.requests) == 1
    assert backend.counts == CacheCounts(hits=1, misses=1)


def test_the_same_request_twice_in_flight_is_one_run(gated: GatedBackend) -> None:
    backend = CachedBackend(gated)
    futures = [backend.submit(request_of(3)) for _ in range(5)]
    assert len(gated.runs) == 1
    assert not any(future.done() for future in futures)
    gated.finish()
    assert len({id(future) for future in futures}) == 5
    assert {future.result(1) for future in futures} == {futures[0].result()}
    assert backend.counts == CacheCounts(joins=4, misses=1)


def test_requests_from_many_threads_at_once_are_one_run(gated: GatedBackend) -> None:
    backend = CachedBackend(gated)
    barrier = threading.Barrier(16)
    futures: list[Future[Outcome]] = []

    def ask() -> None:
        barrier.wait()
        futures.append(backend.submit(request_of(3)))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gated.finish()
    assert all(future.result(1).passed for future in futures)
    assert len(gated.runs) == 1


CHANGES = [
    {"wrong": True},
    {"index": 4},
    {"hidden_seed": 1},
    {"stages": ("rules",)},
    {"target": "other"},
    {"limits": Limits(cpu_seconds=1.0)},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_whatever_can_change_the_outcome_is_part_of_the_key(change: dict[str, object]) -> None:
    backend = CachedBackend(FakeBackend())
    assert backend.key(request_of(**change)) != backend.key(request_of())  # type: ignore[arg-type]


def test_every_field_of_the_task_and_the_bundle_is_part_of_the_key() -> None:
    backend = CachedBackend(FakeBackend())
    request = request_of()
    changed = [
        replace(request.task, bundle=EnvironmentBundle(entry="answer.lst", params={"numbers": (1, 2)})),
        replace(request.task, bundle=replace(request.task.bundle, files=(File("extra", ""),))),
        replace(request.task, instruction="another"),
        replace(request.task, id="lists@2/000001"),
    ]
    keys = {backend.key(replace(request, task=task)) for task in [request.task, *changed]}
    assert len(keys) == 5


def test_limits_that_are_spelt_out_or_implied_are_the_same() -> None:
    backend = CachedBackend(FakeBackend())
    assert backend.key(request_of(limits=Limits())) == backend.key(request_of())


def test_judge_versions_and_mechanism_are_part_of_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [CachedBackend(FakeBackend()).key(request_of())]
    other = GatedBackend()
    keys.append(CachedBackend(other).key(request_of()))
    monkeypatch.setattr(cached, "versions_of", lambda domain: {"fakec": "2"})
    keys.append(CachedBackend(FakeBackend()).key(request_of()))
    monkeypatch.setattr(cached, "judge_digest", lambda domain: "another judge")
    keys.append(CachedBackend(FakeBackend()).key(request_of()))
    assert len(set(keys)) == 4


def test_an_exception_reaches_all_who_wait_and_is_then_forgotten(gated: GatedBackend) -> None:
    backend = CachedBackend(gated)
    futures = [backend.submit(request_of()) for _ in range(3)]
    gated.fail(SandboxError("out of memory"))
    for future in futures:
        with pytest.raises(SandboxError, match="out of memory"):
            future.result(1)
    again = backend.submit(request_of())
    assert len(gated.runs) == 2
    gated.finish()
    assert again.result(1).passed


def test_an_inner_backend_that_refuses_leaves_nobody_waiting(
    gated: GatedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = CachedBackend(gated)

    def refuse(request: Request) -> Future[Outcome]:
        raise RuntimeError("closed")

    monkeypatch.setattr(gated, "submit", refuse)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="closed"):
            backend.submit(request_of())
    monkeypatch.undo()
    backend.submit(request_of())
    assert len(gated.runs) == 1


def test_one_who_gives_up_takes_nothing_from_the_others(gated: GatedBackend) -> None:
    backend = CachedBackend(gated)
    first, second = backend.submit(request_of()), backend.submit(request_of())
    assert first.cancel()
    assert not gated.runs[0][1].cancelled()
    gated.finish()
    assert second.result(1).passed
    assert wait([first], timeout=1).done == {first}
    with pytest.raises(CancelledError):
        first.result()


def test_the_run_is_cancelled_when_nobody_is_left(gated: GatedBackend) -> None:
    backend = CachedBackend(gated)
    futures = [backend.submit(request_of()) for _ in range(3)]
    for future in futures:
        future.cancel()
    assert gated.runs[0][1].cancelled()
    assert wait(futures, timeout=1).not_done == set()
    later = backend.submit(request_of())
    assert len(gated.runs) == 2
    gated.finish()
    assert later.result(1).passed


def test_a_run_that_nobody_waits_for_but_that_had_begun_is_kept(gated: GatedBackend) -> None:
    backend = CachedBackend(gated)
    future = backend.submit(request_of())
    gated.start()
    assert future.cancel()
    gated.finish()
    assert backend.submit(request_of()).result(1).passed
    assert len(gated.runs) == 1


def test_a_run_that_the_inner_backend_drops_is_cancelled_for_all(gated: GatedBackend) -> None:
    backend = CachedBackend(gated)
    futures = [backend.submit(request_of()) for _ in range(2)]
    gated.runs[0][1].cancel()
    assert all(future.cancelled() for future in futures)
    assert wait(futures, timeout=1).not_done == set()


def test_speed_is_never_cached() -> None:
    inner = FakeBackend()
    backend = CachedBackend(inner)
    request = request_of()
    fast = replace(request, task=replace(request.task, objective=Objective.FASTER))
    backend.submit(fast).result(1)
    backend.submit(fast).result(1)
    assert len(inner.requests) == 2
    assert backend.counts == CacheCounts(bypassed=2)


def test_predictions_are_shared_in_flight_but_not_kept(gated: GatedBackend, tmp_path: Path) -> None:
    backend = CachedBackend(gated, folder=tmp_path)
    prediction = Outcome(stages=(), source=Source.SURROGATE, confidence=0.5)
    futures = [backend.submit(request_of()) for _ in range(2)]
    gated.runs[0][1].set_result(prediction)
    assert [future.result(1) for future in futures] == [prediction, prediction]
    backend.submit(request_of())
    assert len(gated.runs) == 2
    assert not list(tmp_path.rglob("*.json"))


def test_the_entry_used_longest_ago_goes_first() -> None:
    inner = FakeBackend()
    backend = CachedBackend(inner, entries=2)
    for index in (1, 2, 1, 3):
        backend.submit(request_of(index)).result(1)
    assert len(inner.requests) == 3
    backend.submit(request_of(1)).result(1)
    assert len(inner.requests) == 3
    backend.submit(request_of(2)).result(1)
    assert len(inner.requests) == 4


def test_a_folder_keeps_outcomes_for_the_next_process(tmp_path: Path) -> None:
    first, second = FakeBackend(), FakeBackend()
    written = [
        CachedBackend(first, folder=tmp_path).submit(request_of(wrong=wrong)).result(1) for wrong in (False, True)
    ]
    backend = CachedBackend(second, folder=tmp_path)
    read = [backend.submit(request_of(wrong=wrong)).result(1) for wrong in (False, True)]
    assert read == written
    assert [outcome.label for outcome in read] == [Label.PASS, Label.COMPILATION_ERROR]
    assert read[0].metrics == {"compile.lines": 8}
    assert isinstance(read[0].metrics["compile.lines"], int)
    assert second.requests == []
    assert backend.counts == CacheCounts(hits=2)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b'{"key": 1}', b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_entry_is_a_miss_and_is_replaced(damage: bytes, tmp_path: Path) -> None:
    CachedBackend(FakeBackend(), folder=tmp_path).submit(request_of()).result(1)
    (entry,) = tmp_path.rglob("*.json")
    sound = entry.read_bytes()
    entry.write_bytes(damage)
    inner = FakeBackend()
    assert CachedBackend(inner, folder=tmp_path).submit(request_of()).result(1).passed
    assert len(inner.requests) == 1
    assert entry.read_bytes()[:40] == sound[:40]


@given(position=st.integers(min_value=0, max_value=10_000), byte=st.integers(min_value=0, max_value=255))
def test_no_changed_byte_of_an_entry_changes_a_verdict(
    position: int, byte: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    CachedBackend(FakeBackend(), folder=folder).submit(request_of(wrong=True)).result(1)
    (entry,) = folder.rglob("*.json")
    content = bytearray(entry.read_bytes())
    content[position % len(content)] = byte
    entry.write_bytes(content)
    outcome = CachedBackend(FakeBackend(), folder=folder).submit(request_of(wrong=True)).result(1)
    assert outcome == FakeBackend().submit(request_of(wrong=True)).result()


def test_an_entry_under_a_wrong_name_is_a_miss(tmp_path: Path) -> None:
    backend = CachedBackend(FakeBackend(), folder=tmp_path)
    backend.submit(request_of()).result(1)
    (entry,) = tmp_path.rglob("*.json")
    key = backend.key(request_of(wrong=True))
    forged = tmp_path / key[:2] / f"{key}.json"
    forged.parent.mkdir(exist_ok=True)
    entry.rename(forged)
    assert (
        CachedBackend(FakeBackend(), folder=tmp_path).submit(request_of(wrong=True)).result(1).label is not Label.PASS
    )


def test_a_folder_that_cannot_be_written_costs_no_answer(tmp_path: Path) -> None:
    backend = CachedBackend(FakeBackend(), folder=tmp_path)
    key = backend.key(request_of())
    (tmp_path / key[:2]).write_text("in the way")
    assert backend.submit(request_of()).result(1).passed
    assert backend.counts.unwritten == 1
    assert [path.name for path in tmp_path.iterdir()] == [key[:2]]


def test_bad_arguments_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="at least 1 entry, not 0"):
        CachedBackend(FakeBackend(), entries=0)
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="file"):
        CachedBackend(FakeBackend(), folder=tmp_path / "file")


def test_it_composes(gated: GatedBackend) -> None:
    backend = CachedBackend(gated)
    assert backend.describe() == {"name": "gated", "sandbox": "none", "cache": "memory"}
    backend.close()
    backend.close()
    assert gated.closed
