"""What a kernel is compared with: the cases of a hidden seed, and what the specification answers in a process apart."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from ecot.envs.errors import TaskError
from ecot.envs.gpu.family import Case
from ecot.envs.gpu.judging import Expected, describe_case, expected_of
from ecot.envs.gpu.source import CATALOGUE, SPECIFICATION
from ecot.envs.sandbox import Workspace
from ecot.envs.types import Request, digest

__all__ = ["Kept", "Reference", "cases_of", "reference_of"]


@dataclass(frozen=True, slots=True)
class Reference:
    """What one hidden seed puts to a task's candidates, and what is right.

    Attributes:
        described: how diagnostics name each case.
        args: of each case, as JSON values.
        expected: of each case, by output.
        state: parameters by name, as JSON values.
        init: arguments of the constructor.
    """

    described: tuple[str, ...]
    args: tuple[Any, ...]
    expected: tuple[tuple[Expected, ...], ...]
    state: Mapping[str, Any]
    init: tuple[Any, ...] = ()


def reference_of(workspace: Workspace, request: Request) -> Reference:
    """Return the cases of a request with what is right; kept for the members of a group, who share the hidden seed.

    Raises:
        TaskError: the specification does not run, or cheap answers would pass.
    """
    key = digest([request.task.id, request.task.bundle, request.hidden_seed])
    known: Reference | None = _KEPT.get(key)
    if known is None:
        known = _prepare(workspace, request)
        _KEPT.put(key, known)
    return known


def cases_of(workspace: Workspace, request: Request) -> Mapping[str, Any]:
    """Return what a candidate's process is told."""
    return _argument(request, reference_of(workspace, request))


def _argument(request: Request, reference: Reference) -> Mapping[str, Any]:
    facts = request.task.bundle.params
    return {
        "entry": facts["entry"],
        "form": facts["form"],
        "init": list(reference.init),
        "copies": facts["copies"],
        "state": reference.state,
        "cases": [{"args": args} for args in reference.args],
    }


def _prepare(workspace: Workspace, request: Request) -> Reference:
    facts, task = request.task.bundle.params, request.task
    specification = next((item.text for item in task.bundle.files if item.path == SPECIFICATION), None)
    if specification is None:
        raise TaskError(f"task {task.id!r} lacks {SPECIFICATION!r} in its bundle; build it with a task source")
    argument: dict[str, Any] = {
        "specification": specification,
        "precision": facts["precision"],
        "seed": f"{task.id} {request.hidden_seed}",
    }
    if "kernelbench" in facts:
        answered = _asked(workspace, "ecot.envs.gpu.workers.kernelbench:prepare", argument, task.id)
        described, init = answered["described"], answered["init"]
    else:
        cases, init = _cases(request), list(facts["init"])
        argument.update(
            form=facts["form"],
            name="Model" if facts["form"] == "model" else facts["entry"],
            init=init,
            cases=[{"args": list(c.args), "reduction": c.reduction, "rounded": c.rounded} for c in cases],
        )
        answered = _asked(workspace, "ecot.envs.gpu.workers.reference:prepare", argument, task.id)
        described = [case.args for case in cases]
    return Reference(
        described=tuple(describe_case(index, args) for index, args in enumerate(described)),
        args=tuple(case["args"] for case in answered["cases"]),
        expected=tuple(tuple(map(expected_of, case["expected"])) for case in answered["cases"]),
        state=answered["state"],
        init=tuple(init),
    )


def _asked(workspace: Workspace, function: str, argument: Mapping[str, Any], task_id: str) -> Mapping[str, Any]:
    """What the specification's process says; a task that is no good is our fault."""
    answer = workspace.call(function, argument)
    if answer.error or answer.value is None:
        raise TaskError(f"the specification of {task_id!r} does not run: {answer.error or answer.process}")
    answered: Mapping[str, Any] = answer.value
    if "impossible" in answered:
        raise TaskError(f"task {task_id!r} needs a GPU, as it cannot be made small: {answered['impossible']}")
    if answered["weak"]:
        raise TaskError(f"task {task_id!r} is broken: {', '.join(answered['weak'])}")
    return answered


def _cases(request: Request) -> Sequence[Case]:
    facts = request.task.bundle.params
    if "cases" in facts:
        return [Case(tuple(case["args"]), int(case["reduction"])) for case in facts["cases"]]
    try:
        family = CATALOGUE.named(facts["family"])
    except KeyError as error:
        raise TaskError(f"task {request.task.id!r} lacks {error} in its bundle; build it with a task source") from None
    return family.cases(facts["draw"], Random(f"{request.task.id} {request.hidden_seed}"))


class Kept:
    """A few results by key, the oldest dropped first."""

    def __init__(self, size: int) -> None:
        self._size, self._lock = size, threading.Lock()
        self._held: OrderedDict[str, Any] = OrderedDict()

    def get(self, key: str) -> Any:
        """Return what is held; None where nothing is."""
        with self._lock:
            return self._held.get(key)

    def put(self, key: str, value: Any) -> None:
        """Hold a value, and drop the oldest of too many."""
        with self._lock:
            self._held[key] = value
            while len(self._held) > self._size:
                self._held.popitem(last=False)


_KEPT = Kept(32)
