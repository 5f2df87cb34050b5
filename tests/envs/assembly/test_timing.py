"""The decision about speed: on series of blocks that are made up, and on real code that is the same or not."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from ecot.envs.assembly.family import Function, Parameter, Role
from ecot.envs.assembly.picture import HEIGHT, WIDTH, draw
from ecot.envs.assembly.source import FamilySource
from ecot.envs.assembly.timing import SHARED, decide, memory_image
from ecot.envs.types import Label

from .conftest import Judged

ROUNDS = 48


def series(random: Random, mean: float, *, noise: float = 0.02) -> list[int]:
    """Blocks with noise to both sides and now and then a long one."""
    return [
        round(mean * (1 + random.gauss(0, noise) + (random.random() < 0.05) * random.random())) for _ in range(ROUNDS)
    ]


def test_identical_code_is_hardly_ever_called_faster() -> None:
    random = Random(1)
    wrong = sum(
        decide(*(series(random, 2e6, noise=noise) for _ in range(3)), seed=number).faster
        for number in range(40)
        for noise in (0.01, 0.04)
    )
    assert wrong == 0


@pytest.mark.parametrize(("gain", "least"), [(1.05, 0.6), (1.10, 0.9), (1.25, 0.99)])
def test_true_gains_are_recognised_where_blocks_are_steady(gain: float, least: float) -> None:
    random = Random(2)
    found = sum(
        decide(series(random, 2e6 / gain), series(random, 2e6), series(random, 2e6), seed=number).faster
        for number in range(40)
    )
    assert found >= least * 40


def test_slower_code_has_a_speed_up_below_one() -> None:
    random = Random(3)
    speed = decide(series(random, 3e6), series(random, 2e6), series(random, 2e6), seed=1)
    assert speed.speedup == pytest.approx(2 / 3, rel=0.05)
    assert not speed.faster


def test_a_machine_that_tells_nothing_says_so() -> None:
    random = Random(4)
    speed = decide(series(random, 2e6, noise=0.3), series(random, 2e6, noise=0.3), series(random, 2.6e6), seed=1)
    assert speed.floor > 0.1
    assert not speed.measurable


def test_the_part_of_the_way_is_logarithmic_and_at_most_one() -> None:
    random = Random(5)
    speed = decide(series(random, 1e6), series(random, 2e6), series(random, 2e6), seed=1)
    assert speed.reached(1.1) == 1.0
    assert 0.4 < speed.reached(4.0) < 0.5


def test_the_memory_holds_every_buffer_where_its_register_points() -> None:
    function = Function(
        name="f",
        parameters=(
            Parameter(name="to", type="uint32_t", role=Role.OUTPUT),
            Parameter(name="number", type="double"),
            Parameter(name="given", type="uint8_t", role=Role.INPUT),
        ),
        returns="size_t",
    )
    image, facts = memory_image(
        function, [(3, 1.5, np.arange(5, dtype=np.uint8)), (1, 2.5, np.array([9], dtype=np.uint8))]
    )
    registers = np.frombuffer(image, dtype="<u8", offset=facts["descriptors"], count=32).reshape(2, 16)
    places = registers[:, 1] - SHARED
    assert [image[place : place + size] for place, size in zip(places, (5, 1), strict=True)] == [b"\0\1\2\3\4", b"\t"]
    assert registers[:, 6].view("<f8").tolist() == [1.5, 2.5]
    assert facts["outputs"][0] <= registers[0, 0] - SHARED < facts["outputs"][1] <= places.min()
    assert [region[1] for region in facts["regions"]] == (registers[:, 0] - SHARED).tolist()


@pytest.mark.needs("gcc", "as", "ld", "capstone", "elftools", "matplotlib")
def test_a_solution_is_faster_a_slow_one_is_not_and_both_can_be_looked_at(judged: Judged) -> None:
    source = FamilySource("compress_bits")
    task = source[source.ids()[0]]
    fast = judged(task, task.solution[0].text, stages=None)
    assert fast.label is Label.PASS
    assert fast.metrics["speed.speedup_low"] > task.bundle.params["target"]
    name = task.bundle.params["function"]["name"]
    delay = f"{name}:\n    mov     r11d, 60000\n.Lwait:\n    dec     r11d\n    jnz     .Lwait\n"
    slow = judged(task, task.solution[0].text.replace(f"{name}:\n", delay), stages=None)
    assert slow.label is Label.NO_IMPROVEMENT
    assert slow.metrics["speed.speedup"] < 1.0
    pictures = [draw(outcome) for outcome in (None, fast, fast.canonical(), slow)]
    assert {picture.shape for picture in pictures} == {(HEIGHT, WIDTH, 3)}
    assert len({picture.tobytes() for picture in pictures}) == 4
