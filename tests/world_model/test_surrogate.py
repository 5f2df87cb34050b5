"""The surrogate in an environment: outcomes that are marked, batches, and errors that are never scored."""

from __future__ import annotations

from concurrent.futures import wait
from dataclasses import replace

import gymnasium as gym
import pytest
from fakes import FAKE, FAKE_ID
from predicting import SureModel, asked

from ecot.envs.errors import ConfigError, PredictionError
from ecot.envs.types import Label, Source, Task
from ecot.world_model.hybrid import HybridBackend
from ecot.world_model.surrogate import SurrogateBackend


def test_an_environment_runs_on_predictions_alone(fakes: None) -> None:
    backend = SurrogateBackend(SureModel("check MISMATCH", 0.9))
    env = gym.make(FAKE_ID, backend=backend, corrections=1).unwrapped
    observation, _ = env.reset(seed=1)
    observation, reward, terminated, truncated, info = env.step("```lists\na = 1\n```")
    outcome = info["outcome"]
    assert (outcome.source, outcome.label, outcome.confidence) == (Source.SURROGATE, Label.MISMATCH, 0.9)
    assert [stage.name for stage in outcome.stages] == ["rules", "compile", "check"]
    assert reward == FAKE.floor
    assert "wrong_value" in observation
    assert (terminated, truncated) == (False, False)
    *_, terminated, truncated, _ = env.step("```lists\na = 2\n```")
    assert (terminated, truncated) == (False, True)
    env.close()
    backend.close()


def test_requests_are_answered_in_batches(task: Task) -> None:
    model = SureModel("PASS")
    backend = SurrogateBackend(model, most=8, wait=0.2)
    futures = [backend.submit(asked(task, f"a = {number}\n")) for number in range(20)]
    assert not wait(futures, timeout=20).not_done
    assert all(future.result().passed for future in futures)
    assert sum(model.batches) == 20
    assert max(model.batches) <= 8
    assert len(model.batches) < 20
    backend.close()


def test_a_task_of_another_domain_raises_a_prediction_error_and_is_never_scored(task: Task) -> None:
    model = SureModel("PASS")
    model.known = {"Other": ()}
    backend = SurrogateBackend(model)
    with pytest.raises(PredictionError, match="trained on Other"):
        backend.submit(asked(task, "a = 1\n")).result(timeout=20)
    backend.close()
    with pytest.raises(PredictionError, match="closed"):
        backend.submit(asked(task, "a = 1\n"))


def test_a_model_that_breaks_fails_its_requests_and_goes_on(task: Task) -> None:
    model = SureModel("no_such_stage MISMATCH", 1.0)
    model.verdicts = {"no_such_stage MISMATCH": 1.0}
    backend = SurrogateBackend(model)
    for _ in range(2):
        with pytest.raises(PredictionError, match="no verdict fits"):
            backend.submit(asked(task, "a = 1\n")).result(timeout=20)
    backend.close()


def test_stages_that_were_not_asked_for_cannot_fail(task: Task) -> None:
    backend = SurrogateBackend(SureModel("check MISMATCH", 0.9))
    outcome = backend.submit(replace(asked(task, "a = 1\n"), stages=("rules", "compile"))).result(timeout=20)
    assert outcome.label is Label.REJECTED
    assert outcome.confidence == pytest.approx(1.0)
    backend.close()


def test_the_hidden_solution_is_a_reference_only_where_asked_for(task: Task) -> None:
    seen = {}
    for reference in ("none", "stored", "solution"):
        model = SureModel("PASS")
        backend = SurrogateBackend(model, reference=reference)  # type: ignore[arg-type]
        backend.submit(asked(task, "a = 1\n")).result(timeout=20)
        backend.learn(asked(task, "a = 1\n"))
        backend.submit(asked(task, "a = 1\n")).result(timeout=20)
        backend.close()
        seen[reference] = model.changed
    assert seen["none"] == [-1, -1]
    assert seen["stored"] == [-1, 0]
    assert seen["solution"][0] > 0


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: SurrogateBackend(SureModel("PASS"), reference="golden"), "golden"),  # type: ignore[arg-type]
        (lambda: SurrogateBackend(SureModel("PASS"), most=0), "most=0"),
        (lambda: HybridBackend(None, None, calibration={}, max_error=0), "max_error"),  # type: ignore[arg-type]
        (lambda: HybridBackend(None, None, calibration={}, audit=2), "audit"),  # type: ignore[arg-type]
    ],
)
def test_arguments_out_of_range_are_named(make: object, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        make()  # type: ignore[operator]
