"""From a prediction to the outcome that an environment takes: stages in order, up to the one expected to fail."""

from __future__ import annotations

from ecot.envs.domain import Domain, domain_of
from ecot.envs.errors import PredictionError
from ecot.envs.types import Diagnostic, Label, Outcome, Request, Source, StageResult
from ecot.world_model.model import PASSED, Prediction

__all__ = ["outcome_of", "predicted_stages", "restricted"]

TOOL = "surrogate"
"""Who is named as the tool of a predicted diagnostic."""


def predicted_stages(domain: Domain, request: Request) -> tuple[str, ...]:
    """Return the stages of a request that a prediction can stand for: what is measured has to be run."""
    wanted = domain.stages if request.stages is None else request.stages
    return tuple(name for name in domain.stages if name in wanted and name not in domain.measured)


def restricted(prediction: Prediction, request: Request) -> Prediction:
    """Return a prediction over the verdicts that the stages of a request can come to.

    Raises:
        PredictionError: none of them can.
    """
    stages = predicted_stages(domain_of(request.task.env_id), request)
    fitting = {
        name: chance
        for name, chance in prediction.verdicts.items()
        if name == PASSED or name.rpartition(" ")[0] in stages
    }
    total = sum(fitting.values())
    if not total > 0:
        raise PredictionError(f"no verdict fits the stages {', '.join(stages) or 'of nothing'} of {request.task.id}")
    verdicts = {name: chance / total for name, chance in fitting.items()}
    changed = max(verdicts, key=lambda name: verdicts[name]) != prediction.verdict
    return Prediction(
        verdicts=verdicts, code="" if changed else prediction.code, line=0 if changed else prediction.line
    )


def outcome_of(prediction: Prediction, request: Request, *, engine: str) -> Outcome:
    """Return the outcome that a prediction stands for, marked as predicted and with its confidence.

    The diagnostic is a class, a line and the class in plain words: what a tool would have said word by word is not
    claimed. Numbers of stages are left out.

    Args:
        prediction: over verdicts that fit (`restricted`).
        request: that it answers.
        engine: name of the model.

    Raises:
        PredictionError: the verdict is of a stage that the domain does not have.
    """
    domain = domain_of(request.task.env_id)
    stages = predicted_stages(domain, request)
    failing, _, label = prediction.verdict.rpartition(" ")
    if failing and failing not in stages:
        raise PredictionError(f"{domain.id} has no stage {failing!r} here; the model is of another version")
    before = stages[: stages.index(failing)] if failing else stages
    results = [StageResult(name=name, passed=True, label=Label.PASS, engine=engine) for name in before]
    if failing:
        diagnostic = Diagnostic(
            tool=TOOL,
            code=prediction.code or label.lower(),
            message=(prediction.code or label.lower()).replace("_", " "),
            file=request.task.bundle.entry if prediction.line else "",
            line=prediction.line,
        )
        results.append(
            StageResult(name=failing, passed=False, label=Label(label), diagnostics=(diagnostic,), engine=engine)
        )
    return Outcome(
        stages=tuple(results),
        omitted=tuple(name for name in domain.stages if name not in stages),
        source=Source.SURROGATE,
        confidence=prediction.confidence,
    )
