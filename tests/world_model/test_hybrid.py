"""The hybrid runs what ends an episode, audits what it answers unrun, and stops believing a model that is wrong."""

from __future__ import annotations

import gymnasium as gym
from fakes import FAKE_ID, FakeBackend
from predicting import SureModel, asked

from ecot.envs.errors import SandboxError
from ecot.envs.types import Label, Source, Task
from ecot.world_model.hybrid import HybridBackend
from ecot.world_model.risk import Checked
from ecot.world_model.surrogate import SurrogateBackend

GOOD = {"Lists": [Checked(0.999, False)] * 400}


def hybrid(model: SureModel, *, audit: float = 0.0, max_error: float = 0.01) -> tuple[HybridBackend, FakeBackend]:
    real = FakeBackend()
    return HybridBackend(
        SurrogateBackend(model), real, calibration=GOOD, max_error=max_error, audit=audit, seed=3
    ), real


def solution(task: Task) -> str:
    return task.solution[0].text


def test_a_sure_failure_is_answered_without_running(task: Task) -> None:
    backend, real = hybrid(SureModel("check MISMATCH"))
    outcome = backend.submit(asked(task, "a = 1\n")).result(timeout=20)
    assert outcome.source is Source.SURROGATE
    assert not real.requests
    assert backend.counts["Lists"].predicted == 1
    backend.close()


def test_an_expected_pass_is_always_run_and_keeps_what_was_predicted(task: Task) -> None:
    backend, real = hybrid(SureModel("PASS"))
    outcome = backend.submit(asked(task, "a = 1\n")).result(timeout=20)
    assert (outcome.source, outcome.label) == (Source.REAL, Label.MISMATCH)
    assert outcome.prediction is not None
    assert outcome.prediction.passed
    assert len(real.requests) == 1
    backend.close()


def test_the_last_turn_of_an_episode_is_run_whatever_is_predicted(fakes: None) -> None:
    backend, real = hybrid(SureModel("check MISMATCH"))
    env = gym.make(FAKE_ID, backend=backend, corrections=1).unwrapped
    env.reset(seed=4)
    sources = []
    for number in range(2):
        *_, info = env.step(f"```lists\na = {number}\n```")
        sources.append(info["outcome"].source)
    assert sources == [Source.SURROGATE, Source.REAL]
    assert len(real.requests) == 1
    env.close()
    backend.close()


def test_an_unsure_failure_and_a_domain_without_calibration_are_run(task: Task) -> None:
    unsure, _ = hybrid(SureModel("check MISMATCH", 0.9))
    assert unsure.submit(asked(task, "a = 1\n")).result(timeout=20).source is Source.REAL
    unsure.close()
    bare = HybridBackend(SurrogateBackend(SureModel("check MISMATCH")), FakeBackend(), calibration={})
    assert not bare.thresholds
    assert bare.submit(asked(task, "a = 1\n")).result(timeout=20).source is Source.REAL
    bare.close()


def test_a_confidently_wrong_model_is_found_out_by_audits_and_no_longer_believed(task: Task) -> None:
    backend, _ = hybrid(SureModel("check MISMATCH"), audit=0.1)
    sources = [backend.submit(asked(task, solution(task), seed=seed)).result(timeout=20).source for seed in range(300)]
    counts = backend.counts["Lists"]
    assert counts.wrong >= 1
    assert counts.tightened >= 1
    assert "Lists" not in backend.thresholds
    assert set(sources[100:]) == {Source.REAL}
    assert 0 < counts.predicted < 100
    backend.close()


def test_audits_of_a_right_model_change_nothing_and_depend_on_the_seed_alone(task: Task) -> None:
    runs = []
    for _ in range(2):
        backend, real = hybrid(SureModel("check MISMATCH"), audit=0.2)
        for number in range(60):
            backend.submit(asked(task, f"a = {number + 500}\n")).result(timeout=20)
        runs.append([request.candidate.source for request in real.requests])
        assert backend.counts["Lists"].audited == len(runs[-1]) > 3
        assert backend.counts["Lists"].wrong == 0
        assert backend.thresholds == {"Lists": 0.999}
        backend.close()
    assert runs[0] == runs[1]


def test_a_real_pass_becomes_the_reference_of_later_predictions(task: Task) -> None:
    model = SureModel("PASS")
    backend, _ = hybrid(model)
    backend.submit(asked(task, solution(task))).result(timeout=20)
    backend.submit(asked(task, solution(task), seed=1)).result(timeout=20)
    assert model.changed == [-1, 0]
    backend.close()


def test_an_error_of_the_host_reaches_whoever_waits(task: Task) -> None:
    real = FakeBackend(error=SandboxError("no room"), fail_after=0)
    backend = HybridBackend(SurrogateBackend(SureModel("PASS")), real, calibration={})
    future = backend.submit(asked(task, "a = 1\n"))
    assert isinstance(future.exception(timeout=20), SandboxError)
    backend.close()
