"""What a compiled launch may use on each target, and what is said of one that uses more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ecot.envs.errors import ConfigError
from ecot.envs.types import Diagnostic, FrozenMap, Label

__all__ = ["LIMITS", "Judgement", "TargetLimits", "distinct", "judge", "targets_of"]


@dataclass(frozen=True, slots=True)
class TargetLimits:
    """Of one thread block.

    Attributes:
        shared_bytes: opt-in maximum of shared memory.
        threads: maximum.
    """

    shared_bytes: int
    threads: int = 1024


LIMITS: Mapping[str, TargetLimits] = {
    # CUDA C++ Programming Guide, table of technical specifications per compute capability: 163 KiB and 227 KiB.
    "sm_80": TargetLimits(163 * 1024),
    "sm_90": TargetLimits(227 * 1024),
    # AMD Instinct MI300 instruction set architecture: 64 KiB of local data share per work-group.
    "gfx942": TargetLimits(64 * 1024),
}
DEFAULT_TARGETS = ("sm_80", "sm_90")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one target says of all launches."""

    label: Label
    diagnostics: tuple[Diagnostic, ...] = ()
    metrics: Mapping[str, float | int] = FrozenMap()


def targets_of(target: str) -> tuple[str, ...]:
    """Return what to compile for.

    Raises:
        ConfigError: the target is unknown.
    """
    if not target:
        return DEFAULT_TARGETS
    if target not in LIMITS:
        raise ConfigError(f"unknown target {target!r}; use one of {', '.join(LIMITS)}, or none for sm_80 and sm_90")
    return (target,)


def distinct(launches: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return those launches that stand for all.

    Of launches that differ in nothing but which integers are 1, the one with the most and the one with the fewest are
    kept, as an integer that is 1 becomes a constant; of those, the best aligned, as it has the widest loads.
    """
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for launch in launches:
        groups.setdefault(_essence(launch), []).append(launch)
    kept: list[Mapping[str, Any]] = []
    for group in groups.values():
        ordered = sorted(group, key=lambda launch: len(launch["divisible"]), reverse=True)
        fewest = min(ordered, key=lambda launch: len(launch["ones"]))
        most = max(ordered, key=lambda launch: len(launch["ones"]))
        kept += [fewest] if len(fewest["ones"]) == len(most["ones"]) else [fewest, most]
    return kept


def _essence(launch: Mapping[str, Any]) -> str:
    """All of a launch but alignment and integers that happen to be 1."""
    written = {name: value for name, value in launch["constants"].items() if name not in launch["ones"]}
    types = {name: kind for name, kind in launch["signature"].items() if kind.startswith(("*", "fp"))}
    return repr([launch["kernel"], *(sorted(map(repr, part.items())) for part in (written, types, launch["options"]))])


def judge(
    launches: Sequence[Mapping[str, Any]],
    results: Sequence[Mapping[str, Any]],
    target: str,
    precision: str,
    file: str,
) -> Judgement:
    """Return the label, what is over a limit and by how much, and the largest use of each resource.

    Args:
        launches: that were compiled.
        results: what the compiler said of each.
        target: a key of `LIMITS`.
        precision: that the task permits.
        file: of the candidate.
    """
    found: list[tuple[Label, Diagnostic]] = []
    for launch, result in zip(launches, results, strict=True):
        found += _problems(launch, result, target, precision, file)
    good = [result for result in results if "error" not in result]
    metrics: dict[str, float | int] = {}
    for key in ("registers", "spill_bytes", "shared_bytes"):
        metrics[f"{target}_{key}"] = max((int(result[key]) for result in good), default=0)
    if not found:
        return Judgement(Label.PASS, (), metrics)
    return Judgement(found[0][0], tuple(item for _, item in found), metrics)


def _problems(
    launch: Mapping[str, Any], result: Mapping[str, Any], target: str, precision: str, file: str
) -> list[tuple[Label, Diagnostic]]:
    def said(code: str, message: str, *, line: int = launch["line"], column: int = 0) -> Diagnostic:
        return Diagnostic(
            tool="triton", code=code, message=message, file=file, line=line, column=column, symbol=launch["kernel"]
        )

    if "error" in result:
        error = result["error"]
        words = said(error["code"], error["message"], line=error["line"], column=error["column"])
        return [(Label.COMPILATION_ERROR, words)]
    limits, problems = LIMITS[target], []
    configuration = _configuration(launch)
    if result["shared_bytes"] > limits.shared_bytes:
        over = result["shared_bytes"] - limits.shared_bytes
        message = (
            f"`{launch['kernel']}` {configuration} needs {result['shared_bytes']} bytes of shared memory a block; "
            f"{target} has {limits.shared_bytes}, {over} too few: use smaller blocks or fewer stages"
        )
        problems.append((Label.RESOURCE_LIMIT, said("shared_memory_limit", message)))
    if result["threads"] > limits.threads:
        message = (
            f"`{launch['kernel']}` {configuration} has {result['threads']} threads a block; at most {limits.threads}"
        )
        problems.append((Label.RESOURCE_LIMIT, said("thread_limit", message)))
    if precision == "ieee" and result["tf32"]:
        message = (
            f'`{launch["kernel"]}` multiplies `float32` operands as TF32; write `input_precision="ieee"` in `tl.dot`'
        )
        problems.append((Label.MISMATCH, said("precision_downgrade", message)))
    return problems


def _configuration(launch: Mapping[str, Any]) -> str:
    facts = {**{k: v for k, v in launch["constants"].items() if isinstance(v, int) and v != 1}, **launch["options"]}
    return f"({', '.join(f'{key}={value}' for key, value in facts.items())})" if facts else ""
