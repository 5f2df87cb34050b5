"""The fake domain, for tests of predictions that need no tool and no training."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes import FAKE_ID, FakeSource, fakes_registered

from ecot.envs.types import Task


@pytest.fixture
def fakes() -> Iterator[None]:
    with fakes_registered():
        yield


@pytest.fixture
def task(fakes: None) -> Task:
    return FakeSource(env_id=FAKE_ID)["lists@1/000007"]
