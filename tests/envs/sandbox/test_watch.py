"""What a watch concludes from what it sees."""

from __future__ import annotations

import os
import time

from hypothesis import given
from hypothesis import strategies as st

from ecot.envs.sandbox.supervisor import tree
from ecot.envs.sandbox.supervisor.watch import kept_waiting


def test_a_tree_that_always_wanted_a_processor_was_kept_waiting():
    assert kept_waiting(100, running=90, news=2)


def test_a_tree_that_slept_was_not():
    assert not kept_waiting(100, running=19, news=2)


def test_a_tree_that_forked_all_the_time_does_not_count_as_waiting():
    assert not kept_waiting(100, running=95, news=80)


def seen(own: dict[int, float], children: float = 0.0) -> tree.Sample:
    return tree.Sample(sum(own.values()) + children, 0, len(own), True, frozenset(own), own)


def test_the_time_of_a_process_that_vanished_stays_in_the_books():
    books = tree.Books()
    books.enter(seen({1: 0.1, 2: 3.0}))
    books.enter(seen({1: 0.1}))
    books.enter(seen({1: 0.2, 3: 1.0}))
    assert abs(books.cpu_seconds - 4.2) < 1e-9


def test_the_time_of_a_process_that_was_waited_for_counts_once():
    books = tree.Books()
    books.enter(seen({1: 0.1, 2: 3.0}))
    books.enter(seen({1: 0.1}, children=3.0))
    assert abs(books.cpu_seconds - 3.1) < 1e-9


def test_a_number_that_was_given_again_is_another_process():
    books = tree.Books()
    books.enter(seen({2: 3.0}))
    books.enter(seen({2: 0.5}))
    assert books.cpu_seconds == 3.5


@given(st.lists(st.dictionaries(st.integers(1, 5), st.floats(0, 10)), max_size=10))
def test_books_never_shrink(looks):
    books, before = tree.Books(), 0.0
    for own in looks:
        books.enter(seen(own))
        assert books.cpu_seconds >= before
        before = books.cpu_seconds


def test_a_sample_finds_children_and_what_they_use():
    child = os.fork()
    if child == 0:
        hoard = bytearray(b"x") * (30 << 20)
        time.sleep(30)
        os._exit(len(hoard) % 2)
    try:
        assert child in tree.below(os.getpid())
        assert child not in tree.below(os.getpid(), spared=[child])
        deadline = time.monotonic() + 20
        while tree.sample([child]).memory_bytes < 30 << 20 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert tree.sample([child]).memory_bytes >= 30 << 20
        assert tree.sample([child]).tasks == 1
        assert tree.sample([10**9]).processes == frozenset()
    finally:
        assert tree.end(lambda: [c for c in tree.below(os.getpid()) if c == child], everyone=False) >= 0
    assert child not in tree.below(os.getpid())
