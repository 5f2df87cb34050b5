"""A domain: one field of engineering, as a frozen record of plain callables, and the registry of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import gymnasium
import numpy as np
from numpy.typing import NDArray

from ecot.envs.errors import ConfigError
from ecot.envs.sandbox import Workspace
from ecot.envs.tasks import TaskSource
from ecot.envs.types import Label, Outcome, Request, StageResult

ENTRY_POINT = "ecot.envs.env:CodeEnv"
VECTOR_ENTRY_POINT = "ecot.envs.vector:CodeVectorEnv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program or Python package that a domain needs.

    Attributes:
        name: of the executable, or of the package where `package` is true.
        version_argv: prints the version; empty for a package.
        version_pattern: regular expression whose first group is the version.
        install: the command that installs it.
        package: whether it is a Python package.
        optional: whether only some choice of the user needs it, such as another target.
    """

    name: str
    version_argv: tuple[str, ...] = ()
    version_pattern: str = r"([0-9]+(?:\.[0-9]+)+)"
    install: str
    package: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """One seeded fault.

    Attributes:
        operator: name of the operator that made it (`swap_operator`).
        kind: the class of fault that a repair task asks for (`wrong_operator`).
        line: 1-based, in the source before the change.
        source: the whole source after the change.
        kept: whether the operator is withheld from whoever writes the checks.
        base: the source before the change, where that is not the source that was asked about but what a tool made of
            it; `line` is then a line of what was asked about.
    """

    operator: str
    kind: str
    line: int
    source: str
    kept: bool = False
    base: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Everything that distinguishes one environment from another.

    Attributes:
        id: of the environment, `ECoT/<Name>-v<N>`.
        title: a few words.
        description: a paragraph for the docs page; its first sentence says what the agent does.
        language: of the code, as in a fence's tag.
        fences: tags of fenced blocks that hold a candidate; a block without a tag always may.
        tools: what the toolchain runs.
        preload: modules that the fork server of a worker imports ahead; a function `warm_up` in one is called then.
        warm_gain: how many times as fast as a fresh process a warm worker has to be in `ecot bench`; 0 where nothing is
            asked.
        stages: their names, in the order of the toolchain.
        measured: those of the stages that do not tell right from wrong, but measure what is right; mutants are judged
            without them.
        extra_stages: further ones that run only where they are asked for, and that a pass does not need.
        labels: the labels that an outcome can carry, each with when.
        sources: task source by name; called with the rest of the specification (`verilog-eval:/path` -> `/path`).
        default_source: the name used when none is given.
        toolchain: yields a result per stage; the backend stops at the first failure.
        score: of an outcome, in [0, 1]; pure, 0 unless it earns.
        floor: what a candidate that is not a solution may earn at most.
        mutate: every single fault of a source, in a fixed order; None where the domain has none.
        tool_mutants: some mutants of a task's solution that only a tool makes, such as of its netlist, at most as many
            as asked for; for full proofs. None where the domain has none.
        seed: every fault that repair tasks may hold, in a fixed order; None where `mutate` serves for that too.
        fault_types: names of the types of fault by category, as repair tasks list them; empty where the types are the
            kinds of `mutate`.
        answers: names of the lines that a reply may hold beside the code (`Lines: [12]`).
        draw: a picture of the last outcome (None before the first), H x W x 3, always of the same size.
        mistakes: gross faults of a source that no single mutation makes, `kind` being the label that each should earn;
            for the scripted agent. None where the domain has none.
        equivalent: whether a mutant is *proved* to behave as the solution does; None where undecided.
        judge_packages: packages whose source decides a verdict, beside the sandbox and the types.
    """

    id: str
    title: str
    description: str
    language: str
    fences: tuple[str, ...]
    tools: tuple[Tool, ...]
    stages: tuple[str, ...]
    labels: Mapping[Label, str]
    sources: Mapping[str, Callable[[str], TaskSource]]
    default_source: str
    toolchain: Callable[[Workspace, Request], Iterator[StageResult]]
    score: Callable[[Outcome], float]
    floor: float
    preload: tuple[str, ...] = ()
    warm_gain: float = 0.0
    measured: tuple[str, ...] = ()
    extra_stages: tuple[str, ...] = ()
    mutate: Callable[[str], Sequence[Mutation]] | None = None
    tool_mutants: Callable[[Workspace, Request, int], Sequence[Mutation]] | None = None
    seed: Callable[[str], Sequence[Mutation]] | None = None
    fault_types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answers: tuple[str, ...] = ()
    draw: Callable[[Outcome | None], NDArray[np.uint8]] | None = None
    mistakes: Callable[[str], Sequence[Mutation]] | None = None
    equivalent: Callable[[Workspace, Request, str], bool | None] | None = None
    judge_packages: tuple[str, ...] = ()


_domains: dict[str, Domain] = {}


def decisive_stages(domain: Domain) -> tuple[str, ...] | None:
    """Return the stages that tell right from wrong, as `Request.stages` takes them; None where all do."""
    return tuple(name for name in domain.stages if name not in domain.measured) if domain.measured else None


def register(domain: Domain) -> Domain:
    """Make `domain` known to `gym.make` and to every command.

    Raises:
        ConfigError: the id is taken, which also happens where a room is imported under two names.
    """
    if domain.id in _domains:
        raise ConfigError(
            f"environment {domain.id!r} is registered twice; import the package as `ecot`, never a room of it by itself"
        )
    _domains[domain.id] = domain
    gymnasium.register(
        id=domain.id,
        entry_point=ENTRY_POINT,
        vector_entry_point=VECTOR_ENTRY_POINT,
        kwargs={"env_id": domain.id},
    )
    return domain


def domain_of(env_id: str) -> Domain:
    """Return the domain of an environment id.

    Raises:
        ConfigError: it is unknown; the message lists those that are known.
    """
    try:
        return _domains[env_id]
    except KeyError:
        known = ", ".join(sorted(_domains))
        raise ConfigError(f"unknown environment {env_id!r}; use one of: {known}") from None


def domains() -> Mapping[str, Domain]:
    """Every registered domain by its id."""
    return MappingProxyType(_domains)
