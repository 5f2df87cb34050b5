"""The picture of an outcome: the waveform that the diagnostics tell of, always of one size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from ecot.envs.domain import domain_of
from ecot.envs.env import CodeEnv
from ecot.envs.errors import ConfigError
from ecot.envs.types import Diagnostic, Label, Outcome, StageResult, Task
from ecot.envs.verilog.feedback.picture import HEIGHT, WIDTH, draw, strip_of

Judged = Callable[..., Outcome]
CounterTask = Callable[..., Task]

MESSAGE = """\
`q` is wrong at 19 ns (cycle 1, after the rising edge): expected 4'b0001 (1), got 4'bxxxx; inputs en=1, d=4'h2
  it is still unknown after the reset was active
  cycle    edge  en     d  q expected  q got
      0  before   0  4'h0         any   xxxx
      0   after   0  4'h0        0000   0000
      1  before   1  4'h2        0000   0000
      1   after   1  4'h2        0001   xxxx  <- first wrong"""
REGISTERS = """\
registers up to the first wrong sample of `q`:
  cycle    edge  state
      1  before   0000
      1   after   xxxx  <- first wrong"""
BENCH = """\
`z` is wrong at 25 ps: expected 1, got 0; inputs a=1; wrong in 3 of 9 samples
  before ps  a  z expected  z got
         20  0           1      1
         25  1           1      0  <- first wrong"""


def _outcome(*messages: str) -> Outcome:
    found = tuple(Diagnostic(tool="judge", code="wrong_value", message=text) for text in messages)
    return Outcome(stages=(StageResult(name="simulate", passed=False, label=Label.MISMATCH, diagnostics=found),))


def test_a_table_becomes_lanes_and_registers_stand_where_they_are_known() -> None:
    strip = strip_of(_outcome(MESSAGE, REGISTERS))
    assert strip is not None
    assert strip.clocked
    assert strip.wrong == 3
    assert [lane.name for lane in strip.lanes] == ["en", "d", "q expected", "q got", "state"]
    assert [lane.role for lane in strip.lanes] == ["input", "input", "expected", "got", "register"]
    assert strip.lanes[2].values == ("any", "0000", "0000", "0001")
    assert strip.lanes[4].values == ("", "", "0000", "xxxx")


def test_a_testbench_without_a_clock_of_ours_is_drawn_by_time() -> None:
    strip = strip_of(_outcome(BENCH))
    assert strip is not None
    assert (strip.clocked, strip.wrong, strip.samples) == (False, 1, (("20",), ("25",)))


@pytest.mark.parametrize(
    "message", ["", "no table", "cycle    edge  a", "  cycle    edge  a got\n      0  before      1\nno end"]
)
def test_what_holds_no_whole_table_has_no_waveform(message: str) -> None:
    assert strip_of(_outcome(message)) is None


@pytest.mark.needs("matplotlib")
def test_every_picture_has_one_size_and_the_first_wrong_sample_is_red() -> None:
    passed = Outcome(stages=(StageResult(name="simulate", passed=True, label=Label.PASS),))
    texts = (None, passed, _outcome("from $signed to $unsigned_{"), _outcome(MESSAGE, REGISTERS))
    pictures = [draw(item) for item in texts]
    assert {picture.shape for picture in pictures} == {(HEIGHT, WIDTH, 3)}
    assert all(picture.dtype == np.uint8 for picture in pictures)
    reds = [int(((picture[..., 0] > 200) & (picture[..., 1] < 60)).sum()) for picture in pictures]
    assert reds[3] > 100
    assert reds[0] == reds[1] == reds[2] == 0


@pytest.mark.needs("matplotlib")
def test_a_predicted_outcome_is_drawn_as_the_real_one() -> None:
    real = _outcome(MESSAGE)
    predicted = replace(real, stages=tuple(replace(stage, log="", engine="guess") for stage in real.stages))
    assert np.array_equal(draw(real), draw(predicted))


@pytest.mark.needs("iverilog", "yosys", "pyslang", "matplotlib")
@pytest.mark.parametrize("env_id", ["ECoT/Verilog-v0", "ECoT/VerilogRepair-v0"])
def test_an_environment_renders_its_last_outcome(env_id: str) -> None:
    env = gym.make(env_id, render_mode="rgb_array", tasks="families:counter")
    assert isinstance(env.unwrapped, CodeEnv)
    env.reset(seed=1)
    before = env.render()
    assert isinstance(before, np.ndarray)
    wrong = env.unwrapped.task.solution[0].text.replace("<= state", "<= 1 + state").replace("+ ", "- ", 1)
    env.step(f"```verilog\n{wrong}```")
    after = env.render()
    assert isinstance(after, np.ndarray)
    assert before.shape == after.shape == (HEIGHT, WIDTH, 3)
    assert not np.array_equal(before, after)
    env.reset(seed=2)
    assert np.array_equal(env.render(), before)  # type: ignore[arg-type]
    env.close()


@pytest.mark.needs("iverilog", "yosys", "pyslang", "matplotlib")
@pytest.mark.filterwarnings("ignore:.*spec is None.*|.*not in the environment.*|.*casting.*")
def test_gymnasiums_checker_passes_with_pictures() -> None:
    env = gym.make("ECoT/Verilog-v0", render_mode="rgb_array", tasks="families:counter")
    check_env(env.unwrapped, skip_render_check=True)
    env.close()


def test_a_domain_that_draws_nothing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from ecot.envs import domain as registry

    plain = replace(domain_of("ECoT/Verilog-v0"), draw=None)
    monkeypatch.setitem(registry._domains, "ECoT/Verilog-v0", plain)
    with pytest.raises(ConfigError, match="draws nothing"):
        CodeEnv("ECoT/Verilog-v0", render_mode="rgb_array", tasks="families:counter")
