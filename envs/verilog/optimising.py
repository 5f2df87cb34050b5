"""ECoT/VerilogOptimize-v0: a right design is given, a smaller or a faster one is asked for.

The given design is a solution of a family whose registers are kept in another code (`recoding.py`). Not every one of
them is worse by enough: `optimise.json` holds the draws for which that was measured, written by
`examples/measure_headroom.py --write`; other draws are no tasks.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from ecot.envs.errors import TaskError
from ecot.envs.prompts import fill, load
from ecot.envs.sandbox import Workspace
from ecot.envs.stages import failed, passed, said
from ecot.envs.tasks import check_split
from ecot.envs.types import Audience, File, Label, Objective, Outcome, Request, StageResult, Task
from ecot.envs.verilog import detailed, steps
from ecot.envs.verilog.faults.recoding import recode
from ecot.envs.verilog.netlist import THOROUGH
from ecot.envs.verilog.source import FamilySource, family_named, params_of, split_of_draw
from ecot.envs.verilog.steps import EXTRA_STAGES, STAGES, engine

ENV_ID = "ECoT/VerilogOptimize-v0"
REVISION = 1
"""Of the rewriting, in every id."""
TABLE = "optimise.json"
HEADROOM = 0.08
"""The part of the given figure that the solution saves at least, or the draw is no task."""
RIGHT = 0.5
"""What a design earns that is right and no better than the given one."""
GIVEN = "given.v"
FIGURES: Mapping[Objective, str] = {Objective.SMALLER: "area_nand2", Objective.FASTER: "longest_path_ns"}
"""The metric of the stage `synthesise` that decides."""
_WORDS: Mapping[Objective, Mapping[str, str]] = {
    Objective.SMALLER: {"goal": "smaller", "measured": "its area is larger than it has to be"},
    Objective.FASTER: {"goal": "faster", "measured": "its longest path is longer than it has to be"},
}
_IMPROVEMENT = "improvement"
_ID = re.compile(r"(?P<base>[a-z0-9_]+@[0-9]+/[0-9]{6})~(?P<objective>smaller|faster)@(?P<revision>[0-9]+)")


class OptimiseSource:
    """The draws with headroom, of all families that have some or of those named (`families:counter,pwm`).

    Raises:
        TaskError: a family that is named has no such draw.
    """

    def __init__(self, path: str = "") -> None:
        table = _table()
        names = [name.strip() for name in path.split(",") if name.strip()] or list(table)
        for name in names:
            if name not in table:
                raise TaskError(f"family {name!r} has no optimisation tasks; these have: {', '.join(table)}")
        self._ids = {task_id: code for name in names for task_id, code in table[name].items()}
        self._names = names

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`; a task is in the split of the draw that it derives from."""
        check_split(split)
        return [task_id for task_id in self._ids if split is None or _split(task_id) == split]

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        match = _ID.fullmatch(task_id)
        if match is None:
            raise TaskError(f"{task_id!r} is no optimisation task; they look like 'counter@1/000010~smaller@1'")
        if int(match["revision"]) != REVISION:
            raise TaskError(f"{task_id!r} is of rewriting {match['revision']}; this version has {REVISION}")
        if task_id not in self._ids:
            raise TaskError(f"{task_id!r} does not exist: it has no headroom, or this source leaves it out")
        return build(task_id, match["base"], Objective(match["objective"]), self._ids[task_id])


def build(task_id: str, base_id: str, objective: Objective, code: str) -> Task:
    """Return the task that asks for a better design than a solution with its registers in `code`.

    Raises:
        TaskError: the solution has no register that could be kept so.
    """
    task = FamilySource(base_id.partition("@")[0])[base_id]
    given = recode(task.solution[0].text, code)
    if given is None:
        raise TaskError(f"{task_id!r}: no register of {base_id!r} can be kept in the code {code!r}")
    values = {**_WORDS[objective], "given": given.rstrip(), "instruction": task.instruction}
    facts = {"base_id": base_id, "figure": FIGURES[objective], "code": code}
    bundle = replace(
        task.bundle,
        files=(*task.bundle.files, File(GIVEN, given, Audience.BOTH)),
        params={**task.bundle.params, "recipe": THOROUGH, "optimise": facts},
    )
    return replace(
        task,
        id=task_id,
        env_id=ENV_ID,
        instruction=fill(load("ecot.envs.verilog", "optimise.md"), values),
        bundle=bundle,
        objective=objective,
        tags=(*task.tags, "optimise", str(objective), code),
    )


def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """Judge as the base domain does, look for a difference by proof, then compare the figures.

    Raises:
        TaskError: the bundle is not one of ours, or the given design is no worse than the solution.
        SandboxError: the host is at fault.
    """
    facts: Mapping[str, str] = request.task.bundle.params["optimise"]
    wanted = (*STAGES, *EXTRA_STAGES, _IMPROVEMENT) if request.stages is None else request.stages
    needed = set(wanted) | ({"synthesise"} if _IMPROVEMENT in wanted else set())
    task = replace(request.task, id=facts["base_id"], env_id="ECoT/Verilog-v0")
    asked = tuple(name for name in (*STAGES, *EXTRA_STAGES) if name in needed)
    measured = None
    for result in detailed.stages(workspace, replace(request, task=task, stages=asked)):
        measured = result if result.name == "synthesise" else measured
        judged = _decided(result)
        if judged.name in wanted or not judged.passed:
            yield judged
        if not judged.passed:
            return
    if _IMPROVEMENT in wanted and measured is not None:
        yield _improvement(workspace, request.task, float(measured.metrics[facts["figure"]]))


def score(outcome: Outcome) -> float:
    """Return 0 for what is wrong, `RIGHT` for what is right and no better, up to 1 by the gain."""
    if outcome.passed:
        return RIGHT + (1.0 - RIGHT) * min(1.0, float(outcome.metrics[f"{_IMPROVEMENT}.gain"]))
    return RIGHT if outcome.label is Label.NO_IMPROVEMENT else 0.0


def _decided(result: StageResult) -> StageResult:
    """The given design leaves no freedom, so here a counterexample decides."""
    if result.name == "equivalence" and "counterexample_cycle" in result.metrics:
        return failed("equivalence", Label.MISMATCH, result.diagnostics, engine=result.engine, metrics=result.metrics)
    return result


def _improvement(workspace: Workspace, task: Task, figure: float) -> StageResult:
    given, best = measure(workspace, task)
    name = task.bundle.params["optimise"]["figure"]
    gain = (given - figure) / (given - best)
    metrics = {name: figure, f"given_{name}": given, "gain": gain}
    if figure < given:
        return passed(_IMPROVEMENT, engine=engine("yosys"), metrics=metrics)
    message = f"{name} is {figure:g}, and {given:g} for the given design: the design is right, and no {task.objective}"
    words = (said("judge", "no_gain", message),)
    return failed(_IMPROVEMENT, Label.NO_IMPROVEMENT, words, engine=engine("yosys"), metrics=metrics)


def measure(workspace: Workspace, task: Task) -> tuple[float, float]:
    """Return the figures of the given design and of the solution, by the tools that are here.

    Raises:
        TaskError: one of them does not synthesise, or the given design is no worse.
    """
    given = next(item.text for item in task.bundle.files if item.path == GIVEN)
    facts = task.bundle.params["optimise"]
    key = (str(task.bundle.params["top"]), facts["figure"], given, task.solution[0].text)
    with _lock:
        found = _figures.get(key)
    if found is None:
        worse, better = (_figure(workspace, task, source, facts["figure"]) for source in key[2:])
        found = worse, better
        with _lock:
            if len(_figures) >= _KEPT_FIGURES:
                del _figures[next(iter(_figures))]
            _figures[key] = found
    if found[1] >= found[0]:
        raise TaskError(f"{task.id!r} has no headroom here: {facts['figure']} is {found[0]:g} and {found[1]:g}")
    return found


def _figure(workspace: Workspace, task: Task, source: str, name: str) -> float:
    workspace.write("measured.v", source)
    top, latches = str(task.bundle.params["top"]), bool(task.bundle.params["latches"])
    result = steps.synthesise(workspace, entry="measured.v", top=top, latches=latches, recipe=THOROUGH)
    if not result.passed:
        raise TaskError(f"a design of {task.id!r} that is given does not synthesise: {result.diagnostics}")
    return float(result.metrics[name])


_KEPT_FIGURES = 512
_lock = threading.Lock()
_figures: dict[tuple[str, ...], tuple[float, float]] = {}
"""By top module, figure and sources: the members of a group and the corrections of an episode ask for the same."""


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    """By family, the code that the registers of each task are kept in; families of another revision are left out."""
    held = json.loads(load("ecot.envs.verilog", TABLE))
    return {
        name: {f"{name}@{entry['revision']}/{key}@{REVISION}": item["code"] for key, item in entry["tasks"].items()}
        for name, entry in held["families"].items()
        if entry["revision"] == family_named(name).revision
    }


@lru_cache(maxsize=4096)
def _split(task_id: str) -> str:
    name, _, rest = task_id.partition("@")
    family = family_named(name)
    return split_of_draw(family, params_of(family, int(rest.partition("/")[2][:6])))
