"""Scripted stand-ins for tests without tools: a tiny domain, its backend, and agents that say what they are told.

The domain's language is a list of assignments, `a = 1`, one a line. Its toolchain is real in kind (rules, compile,
check) and runs in this process, so that a step costs microseconds.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Any

import gymnasium

from ecot.agents.agent import Agent, Reply, TaskView
from ecot.envs import domain as registry
from ecot.envs.domain import Domain, Mutation, Tool, domain_of
from ecot.envs.errors import EcotError, TaskError
from ecot.envs.sandbox import Workspace
from ecot.envs.score import ladder
from ecot.envs.tasks import check_split, split_of
from ecot.envs.types import (
    Diagnostic,
    EnvironmentBundle,
    File,
    Label,
    Outcome,
    Request,
    StageResult,
    Task,
)

FAKE_ID = "Fake/Lists-v0"
_LETTERS = "abcdefgh"


class FakeSource:
    """A thousand tasks: which letters get which numbers."""

    def __init__(self, path: str = "", *, env_id: str = FAKE_ID) -> None:
        self._env_id = env_id
        self._ids = [f"lists@1/{index:06}" for index in range(1000)]

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self, split: str | None = None) -> Sequence[str]:
        check_split(split)
        return [task_id for task_id in self._ids if split is None or split_of(task_id) == split]

    def __getitem__(self, task_id: str) -> Task:
        if task_id not in self._ids:
            raise TaskError(f"unknown task {task_id!r}; ids run from {self._ids[0]} to {self._ids[-1]}")
        index = int(task_id[-6:])
        numbers = [(index * (place + 3)) % 97 for place in range(len(_LETTERS))]
        solution = "".join(f"{letter} = {number}\n" for letter, number in zip(_LETTERS, numbers, strict=True))
        return Task(
            id=task_id,
            env_id=self._env_id,
            instruction=f"Assign to each letter the multiple of {index} that its place asks for, modulo 97.",
            bundle=EnvironmentBundle(entry="answer.lst", params={"numbers": numbers}),
            solution=(File("answer.lst", solution),),
            level=1 + index % 3,
            family="lists",
        )


def fake_toolchain(workspace: Workspace | None, request: Request) -> Iterator[StageResult]:
    source = request.candidate.source
    if "print" in source:
        yield _failed("rules", Label.REJECTED, "print", "printing is not allowed", source)
        return
    yield StageResult(name="rules", passed=True, label=Label.PASS, engine="fake-1")
    for number, line in enumerate(source.splitlines(), start=1):
        if line.strip() == "loop":
            yield _failed("compile", Label.TIMEOUT, "loop", "this never ends", source)
            return
        if not re.fullmatch(r"[a-z] = -?\d+", line):
            diagnostic = Diagnostic(
                tool="fakec", code="syntax_error", message="syntax error", file="answer.lst", line=number
            )
            yield StageResult(name="compile", passed=False, label=Label.COMPILATION_ERROR, diagnostics=(diagnostic,))
            return
    yield StageResult(
        name="compile", passed=True, label=Label.PASS, engine="fakec-1", metrics={"lines": 8}, seconds=0.001
    )
    yield _check(request, source)


def _check(request: Request, source: str) -> StageResult:
    got = dict(line.split(" = ") for line in source.splitlines())
    for letter, number in zip(_LETTERS, request.task.bundle.params["numbers"], strict=True):
        if got.get(letter) != str(number):
            message = f"{letter}: expected {number}, got {got.get(letter)} (stimulus {request.hidden_seed % 7})"
            return _failed("check", Label.MISMATCH, letter, message, source)
    return StageResult(name="check", passed=True, label=Label.PASS, engine="fake-1", seconds=time.perf_counter() % 1)


def _failed(stage: str, label: Label, symbol: str, message: str, source: str) -> StageResult:
    lines = source.splitlines()
    line = next((number for number, text in enumerate(lines, start=1) if text.startswith(symbol)), 0)
    diagnostic = Diagnostic(
        tool="fake", code=label.lower(), message=message, file="answer.lst", line=line, symbol=symbol
    )
    return StageResult(name=stage, passed=False, label=label, diagnostics=(diagnostic,), engine="fake-1", seconds=0.002)


def fake_mutations(source: str) -> Sequence[Mutation]:
    lines = source.splitlines(keepends=True)
    found = []
    for index, line in enumerate(lines):
        wrong = re.sub(r"\d+", lambda match: str(int(match[0]) + 1), line)
        for operator, changed in (("off_by_one", wrong), ("drop_sign", line.replace(" =", ""))):
            mutant = "".join([*lines[:index], changed, *lines[index + 1 :]])
            found.append(Mutation(operator=operator, kind=operator, line=index + 1, source=mutant))
    return found


def fake_mistakes(source: str) -> Sequence[Mutation]:
    return [
        Mutation(operator="leftover_print", kind="REJECTED", line=9, source=source + "print a\n"),
        Mutation(operator="endless_loop", kind="TIMEOUT", line=9, source=source + "loop\n"),
    ]


FAKE = Domain(
    id=FAKE_ID,
    title="Lists",
    description="The agent writes a list of assignments.",
    language="lists",
    fences=("lists",),
    tools=(),
    stages=("rules", "compile", "check"),
    labels={
        Label.PASS: "every letter has its number",
        Label.FORMAT_ERROR: "no code",
        Label.REJECTED: "it prints",
        Label.COMPILATION_ERROR: "a line is no assignment",
        Label.TIMEOUT: "it loops",
        Label.MISMATCH: "a number is wrong",
    },
    sources={"families": FakeSource},
    default_source="families",
    toolchain=fake_toolchain,
    score=lambda outcome: ladder(outcome, floor=0.1, built="compile"),
    floor=0.1,
    mutate=fake_mutations,
    mistakes=fake_mistakes,
)

NEEDY_ID = "Fake/Needy-v0"
"""The same domain, but with a tool that no machine has."""


def register_fakes() -> None:
    """Make the fake domains known; for processes of their own."""
    if FAKE_ID not in registry.domains():
        registry.register(FAKE)
        needy_source = partial(FakeSource, env_id=NEEDY_ID)
        tool = Tool(name="no-such-tool", install="apt-get install no-such-tool")
        needy = {name: getattr(FAKE, name) for name in FAKE.__dataclass_fields__}
        registry.register(Domain(**{**needy, "id": NEEDY_ID, "tools": (tool,), "sources": {"families": needy_source}}))


@contextmanager
def fakes_registered() -> Iterator[None]:
    """Make the fake domains known for a while, so that tests over everything registered do not meet them."""
    register_fakes()
    try:
        yield
    finally:
        for env_id in (FAKE_ID, NEEDY_ID):
            registry._domains.pop(env_id, None)
            gymnasium.registry.pop(env_id, None)


class FakeBackend:
    """Judges in the calling thread.

    Args:
        delay: seconds that each request takes.
        fail_after: requests after which further ones raise `error`; 0 where None.
        fail_until: requests after which no more raise; never where None.
        error: what it raises.
        verdict: what it answers to everything; the domain's own toolchain judges where None.
    """

    def __init__(
        self,
        *,
        delay: float = 0.0,
        fail_after: int | None = None,
        fail_until: int | None = None,
        error: EcotError | None = None,
        verdict: Outcome | None = None,
    ) -> None:
        self.delay, self.error, self.verdict = delay, error, verdict
        self.failing = range(fail_after or 0, sys.maxsize if fail_until is None else fail_until)
        self.requests: list[Request] = []

    def __deepcopy__(self, memo: dict[int, Any]) -> FakeBackend:
        return self

    def submit(self, request: Request) -> Future[Outcome]:
        self.requests.append(request)
        time.sleep(self.delay)
        future: Future[Outcome] = Future()
        if self.error is not None and len(self.requests) - 1 in self.failing:
            future.set_exception(self.error)
        elif self.verdict is not None:
            future.set_result(self.verdict)
        else:
            future.set_result(_judge(request))
        return future

    def describe(self) -> Mapping[str, str]:
        return {"name": "fake", "sandbox": "none"}

    def close(self) -> None:
        """Nothing is held."""


def _judge(request: Request) -> Outcome:
    results = []
    for result in domain_of(request.task.env_id).toolchain(None, request):  # type: ignore[arg-type]
        results.append(result)
        if not result.passed:
            break
    return Outcome(stages=tuple(results))


class SayingAgent:
    """Answers the given texts one after the other, the last one for ever; keeps what it was asked."""

    def __init__(self, *texts: str) -> None:
        self.name = "saying"
        self.texts = texts
        self.asked: list[tuple[str, ...]] = []

    def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
        self.asked.append(tuple(conversation))
        return Reply(self.texts[min(len(conversation) // 2, len(self.texts) - 1)])


class PeekingAgent:
    """Privileged: keeps the tasks it was shown, and answers the solution."""

    name = "peeking"

    def __init__(self) -> None:
        self.shown: list[tuple[str, int]] = []

    def begin(self, task: Task, *, seed: int) -> Agent:
        self.shown.append((task.id, seed))
        return SayingAgent(f"```lists\n{task.solution[0].text}```")
