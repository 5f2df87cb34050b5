"""The nouns: what a task is, what was tried, what the tools said, and the record of it.

Everything here is frozen, slotted, comparable and serialisable (see `encoding.py`). Data never acts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from ecot.envs.encoding import to_json

SCHEMA = 1
"""Version of the stored form of a :class:`Trajectory`."""


class FrozenMap(Mapping[str, Any]):
    """An immutable, hashable, picklable mapping with string keys."""

    __slots__ = ("_data",)

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        self._data = {str(key): freeze(value) for key, value in (data or {}).items()}

    def __getitem__(self, key: str) -> Any:
        return self._data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __hash__(self) -> int:
        return hash(frozenset(self._data.items()))

    def __repr__(self) -> str:
        return repr(self._data)

    def __reduce__(self) -> tuple[type[FrozenMap], tuple[dict[str, Any]]]:
        return (FrozenMap, (self._data,))


def freeze(value: Any) -> Any:
    """Return `value` with every mapping and list in it made immutable.

    >>> freeze({"widths": [4, 8]})
    {'widths': (4, 8)}
    """
    if isinstance(value, FrozenMap):
        return value
    if isinstance(value, Mapping):
        return FrozenMap(value)
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    return value


def digest(value: Any) -> str:
    """Return 32 hexadecimal digits of the SHA-256 of the canonical JSON form of `value`."""
    text = json.dumps(to_json(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class Label(StrEnum):
    """The one word for an outcome. A domain documents which of these it can return, and when."""

    PASS = "PASS"  # noqa: S105  (a label, no password)
    UNVERIFIED = "UNVERIFIED"
    """All that ran passed, but a stage that the objective needs was left out."""
    FORMAT_ERROR = "FORMAT_ERROR"
    REJECTED = "REJECTED"
    COMPILATION_ERROR = "COMPILATION_ERROR"
    LINK_ERROR = "LINK_ERROR"
    RUNTIME_ERROR = "RUNTIME_ERROR"
    MEMORY_FAULT = "MEMORY_FAULT"
    RESOURCE_LIMIT = "RESOURCE_LIMIT"
    TIMEOUT = "TIMEOUT"
    MISMATCH = "MISMATCH"
    SYNTHESIS_ERROR = "SYNTHESIS_ERROR"
    GEOMETRY_ERROR = "GEOMETRY_ERROR"
    NO_IMPROVEMENT = "NO_IMPROVEMENT"


class Audience(StrEnum):
    """Who may see a file of a bundle."""

    AGENT = "agent"
    JUDGE = "judge"
    BOTH = "both"


class Objective(StrEnum):
    """What a task asks of a candidate that is right."""

    CORRECT = "correct"
    FASTER = "faster"
    SMALLER = "smaller"


class Source(StrEnum):
    """Whether an outcome was run or predicted."""

    REAL = "real"
    SURROGATE = "surrogate"


class StopReason(StrEnum):
    """Why a reply ended."""

    STOP = "stop"
    LENGTH = "length"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one process tree of a stage may use.

    Attributes:
        cpu_seconds: processor time of the tree, in seconds; deterministic enough to decide a `TIMEOUT`. The wall clock
            stops a tree at five times this as a backstop.
        memory_mib: resident memory of the whole tree, in MiB.
        processes: processes and threads alive at once in the tree.
        scratch_mib: size of the scratch folder, in MiB.
        output_kib: standard output and standard error together, in KiB; more ends the process.
    """

    cpu_seconds: float = 10.0
    memory_mib: int = 1024
    processes: int = 32
    scratch_mib: int = 64
    output_kib: int = 1024


@dataclass(frozen=True, slots=True)
class File:
    """One text file, by its path relative to the workspace."""

    path: str
    text: str
    audience: Audience = Audience.BOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentBundle:
    """All that judges an answer: the s_env of arXiv 2604.03144.

    Attributes:
        files: harnesses, headers, scripts; each says who may see it.
        entry: the path under which the candidate's code is placed.
        params: facts the toolchain needs (JSON values), such as the top module and its ports.
        limits: per process tree of a stage.
    """

    files: tuple[File, ...] = ()
    entry: str
    params: Mapping[str, Any] = field(default_factory=FrozenMap)
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        object.__setattr__(self, "params", freeze(self.params))


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One problem.

    Attributes:
        id: describes itself: `fifo@2/000123` (family, revision, draw) or `verilog-eval/Prob034_dff8`.
        env_id: the environment that it belongs to, such as `ECoT/Verilog-v0`.
        instruction: what the agent is asked, complete.
        bundle: what judges the answer.
        solution: files of a candidate that passes; hidden from every observation. Empty where the source has none.
        objective: what is asked beyond being right.
        level: 1 (easiest) to 5.
        family: what its siblings share.
        tags: free words, for filtering.
    """

    id: str
    env_id: str
    instruction: str
    bundle: EnvironmentBundle
    solution: tuple[File, ...] = ()
    objective: Objective = Objective.CORRECT
    level: int = 1
    family: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is under trial in one turn.

    Attributes:
        files: the code, one file or several.
        answers: named answers beside the code, such as a fault's class and line in a repair task.
    """

    files: tuple[File, ...]
    answers: Mapping[str, str] = field(default_factory=FrozenMap)

    def __post_init__(self) -> None:
        object.__setattr__(self, "answers", freeze(self.answers))

    @property
    def digest(self) -> str:
        """Identity of the content."""
        return digest(self)

    @property
    def source(self) -> str:
        """The text of the only file.

        Raises:
            ValueError: where there are several files or none.
        """
        if len(self.files) != 1:
            raise ValueError(f"a candidate of {len(self.files)} files has no single source; read its `files`")
        return self.files[0].text


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One question to a backend.

    Attributes:
        task: the problem.
        candidate: what to judge.
        hidden_seed: seeds every stimulus that the agent does not see; shared by the members of a group.
        stages: names of the stages to run, in the domain's order; None for all.
        target: which engine is asked for, in the domain's own words; empty for its default.
        limits: overrides the bundle's; None to keep them.
    """

    task: Task
    candidate: Candidate
    hidden_seed: int = 0
    stages: tuple[str, ...] | None = None
    target: str = ""
    limits: Limits | None = None

    @property
    def effective_limits(self) -> Limits:
        """The limits that hold: the request's own, else the bundle's."""
        return self.limits or self.task.bundle.limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One message of a tool, parsed.

    Attributes:
        tool: who said it (`iverilog`, `judge`).
        code: the finer class of the fault, in snake case (`undeclared_identifier`, `wrong_value`).
        message: one or more lines, free of paths, addresses and dates.
        file: path relative to the workspace; empty if none.
        line: 1-based; 0 if none.
        column: 1-based; 0 if none.
        symbol: the signal, net or identifier concerned; empty if none.
    """

    tool: str
    code: str
    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    symbol: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageResult:
    """What one stage said.

    Attributes:
        name: the stage.
        passed: whether the next stage may run.
        label: `PASS` exactly when it passed.
        diagnostics: parsed messages, most important first; warnings may stand beside a pass.
        log: scrubbed, capped output of the tools; stored, never shown to an agent.
        metrics: measured quantities by name, the unit in the name.
        engine: what ran, with its version (`icarus-11.0`).
        seconds: wall clock; not compared.
    """

    name: str
    passed: bool
    label: Label
    diagnostics: tuple[Diagnostic, ...] = ()
    log: str = ""
    metrics: Mapping[str, float | int] = field(default_factory=FrozenMap)
    engine: str = ""
    seconds: float = field(default=0.0, compare=False)

    def __post_init__(self) -> None:
        if self.passed != (self.label is Label.PASS):
            raise ValueError(f"stage {self.name!r}: passed={self.passed} contradicts the label {self.label}")
        object.__setattr__(self, "metrics", freeze(self.metrics))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The stages in order, up to and including the first failure.

    Attributes:
        stages: what ran.
        omitted: stages that the objective needs but the request left out; a pass with any of these is `UNVERIFIED`.
        source: whether it was run or predicted.
        confidence: of a prediction, in [0, 1]; None where it was run.
        prediction: what the surrogate had said, where this outcome is the audit of it.
    """

    stages: tuple[StageResult, ...]
    omitted: tuple[str, ...] = ()
    source: Source = Source.REAL
    confidence: float | None = None
    prediction: Outcome | None = None

    @property
    def failure(self) -> StageResult | None:
        """The stage that failed, if one did."""
        return next((stage for stage in self.stages if not stage.passed), None)

    @property
    def label(self) -> Label:
        """The one word."""
        failed = self.failure
        if failed is not None:
            return failed.label
        return Label.UNVERIFIED if self.omitted or not self.stages else Label.PASS

    @property
    def passed(self) -> bool:
        """Whether the candidate solved the task."""
        return self.label is Label.PASS

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Those of the failing stage; of all stages where none failed."""
        failed = self.failure
        return failed.diagnostics if failed else tuple(item for stage in self.stages for item in stage.diagnostics)

    @property
    def metrics(self) -> Mapping[str, float | int]:
        """Those of all stages, as `stage.metric`."""
        return FrozenMap(
            {f"{stage.name}.{key}": value for stage in self.stages for key, value in stage.metrics.items()}
        )

    def canonical(self) -> Outcome:
        """What feedback may show and a world model must predict: no logs, no seconds, no engine, rounded metrics."""
        stages = tuple(
            replace(
                stage,
                log="",
                seconds=0.0,
                engine="",
                metrics={key: round_metric(value) for key, value in stage.metrics.items()},
            )
            for stage in self.stages
        )
        return Outcome(stages=stages, omitted=self.omitted)


def round_metric(value: float | int) -> float | int:
    """Round to four significant digits; integers stay as they are."""
    return value if isinstance(value, int) else float(f"{value:.4g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a reply took, as far as the chat model reports it.

    Attributes:
        prompt_tokens: read.
        completion_tokens: written, reasoning included.
        reasoning_tokens: of the completion tokens, those of the reasoning; 0 where it is not told apart.
        requests: that it took, failed ones included.
        cost: in the currency of the prices that were given; 0.0 where there were none.
        seconds: wall clock, waiting included; not compared.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    requests: int = 1
    cost: float = 0.0
    seconds: float = field(default=0.0, compare=False)

    def __add__(self, other: Usage) -> Usage:
        """Both together."""
        return Usage(**{item.name: getattr(self, item.name) + getattr(other, item.name) for item in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One exchange: what the agent read, what it answered, what came of it.

    Attributes:
        observation: what the agent read before it answered.
        action: the raw reply.
        outcome: of the candidate in the reply; None where the backend could not judge it (see `Trajectory.error`).
        reward: of the step; 0.0 where there is no outcome.
        stop_reason: why the reply ended.
        prompt_ids: token ids that the policy read, where it reported them.
        completion_ids: token ids that the policy wrote, as sampled.
        logprobs: natural logarithms, one per completion id.
        usage: what the reply took; None where no model was asked.
    """

    observation: str
    action: str
    outcome: Outcome | None
    reward: float
    stop_reason: StopReason = StopReason.STOP
    prompt_ids: tuple[int, ...] = ()
    completion_ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    usage: Usage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a trajectory came from.

    Attributes:
        backend: what judged, with its options.
        agent: name and options of the agent.
        privileged: whether the agent saw the hidden solution.
        policy_version: of the weights; empty where there are none.
        sampling: temperature, top_p and the like.
        config: arguments of the environment that change an episode.
        toolchain: version by tool.
        sandbox: the mechanism that confined the candidate.
        judge_digest: of all source that decides a verdict.
        prompt_digest: of all text that an observation is rendered from.
        agent_prompt_digest: of all text that the agent's own prompts are made of; empty where it has none.
        package_version: of this package.
        schema: of this record.
        created: when the episode ended, ISO 8601 in UTC; not compared.
    """

    backend: Mapping[str, str] = field(default_factory=FrozenMap)
    agent: str = ""
    privileged: bool = False
    policy_version: str = ""
    sampling: Mapping[str, Any] = field(default_factory=FrozenMap)
    config: Mapping[str, Any] = field(default_factory=FrozenMap)
    toolchain: Mapping[str, str] = field(default_factory=FrozenMap)
    sandbox: str = ""
    judge_digest: str = ""
    prompt_digest: str = ""
    agent_prompt_digest: str = ""
    package_version: str = ""
    schema: int = SCHEMA
    created: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for name in ("backend", "sampling", "config", "toolchain"):
            object.__setattr__(self, name, freeze(getattr(self, name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """One finished episode.

    Attributes:
        identity: digest of (env id, task id, seed, sample index, agent, config); the key by which a run resumes.
        env_id: of the environment.
        task_id: of the task.
        task_digest: of the task's whole content.
        group_id: shared by episodes of one task and hidden seed.
        sample_index: of the episode in its group.
        turns: in order; failed ones included.
        terminated: the task was solved, or the agent stopped after a pass.
        truncated: the turns ran out.
        seed: of the episode.
        provenance: where it came from.
        error: what broke on our side; empty where nothing did. Such a trajectory is never trained on.
    """

    identity: str
    env_id: str
    task_id: str
    task_digest: str
    group_id: str
    sample_index: int
    turns: tuple[Turn, ...]
    terminated: bool
    truncated: bool
    seed: int
    provenance: Provenance
    error: str = ""

    @property
    def total_reward(self) -> float:
        """The return of the episode."""
        return sum(turn.reward for turn in self.turns)

    @property
    def passed(self) -> bool:
        """Whether any turn solved the task."""
        return any(turn.outcome is not None and turn.outcome.passed for turn in self.turns)
