"""RTLFixer as a task source: faulty answers to problems of VerilogEval v1, with what the compiler said, to be repaired.

Each row holds its problem, so the judge is the one of VerilogEval v1; a repair is any candidate that passes. The
classes of the set (`syntax`, `simulate`) were measured by its authors with another simulator and are kept as tags only:
some answers of class `syntax` elaborate here, and a few pass, so that there is nothing to repair in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ecot.envs.errors import TaskError
from ecot.envs.family_files import Hack
from ecot.envs.prompts import fill, load
from ecot.envs.tasks import check_split
from ecot.envs.types import Audience, File, Label, Task
from ecot.envs.verilog.benchmarks.verilog_eval import SPLIT, scorer_hacks
from ecot.envs.verilog.benchmarks.verilog_eval_v1 import FLAWS, TOP, read_rows, reference_task

_PREFIX = "rtlfixer"
_FIELDS = ("task_id", "solution", "prompt", "canonical_solution", "test", "detail_description")
_LOGS = ("compiler_error", "simulate_error")
_LEVELS = 5
_FAULTY = "faulty/top_module.sv"
_UNREPAIRED = frozenset(Label) - {Label.PASS, Label.UNVERIFIED}


class RtlFixerSource:
    """The rows of one file of RTLFixer, all in split `test`.

    Args:
        path: of a file such as `src/benchmarks/verilogeval-syntax.jsonl`, or of the repository (then that file).

    Raises:
        TaskError: the path is not such a file, or a row of it is damaged.
    """

    def __init__(self, path: str) -> None:
        if not path:
            raise TaskError("tasks='rtlfixer' needs a path: 'rtlfixer:/path/to/verilogeval-syntax.jsonl'")
        given = Path(path).expanduser()
        self._file = given / "src" / "benchmarks" / "verilogeval-syntax.jsonl" if given.is_dir() else given
        self._kind = self._file.stem.removeprefix("verilogeval-")
        self._prefix = f"{_PREFIX}-{self._kind}"

    def __len__(self) -> int:
        return len(self._sound)

    @property
    def broken(self) -> Mapping[str, str]:
        """The reason by id of every row whose problem is known to be broken."""
        return {
            f"{self._prefix}/{key}": FLAWS[row["task_id"]].reason
            for key, row in self._rows.items()
            if row["task_id"] in FLAWS and FLAWS[row["task_id"]].holds(_PREFIX)
        }

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`; every task is in split `test`."""
        check_split(split)
        return self._sound if split in (None, SPLIT) else ()

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        prefix, _, key = task_id.partition("/")
        if prefix != self._prefix or key not in self._rows:
            example = f"{self._prefix}/{next(iter(self._rows), '000001')}"
            raise TaskError(f"unknown task {task_id!r} in {str(self._file)!r}; ids look like {example!r}")
        if task_id in self.broken:
            raise TaskError(f"{task_id!r} is known to be broken: {self.broken[task_id]}; it is not scored")
        return self._task(task_id, self._rows[key])

    def hacks(self, task_id: str) -> Sequence[Hack]:
        """The cheats against scorers of this kind, and the faulty code as it was given."""
        task = self[task_id]
        faulty = next(file.text for file in task.bundle.files if file.path == _FAULTY)
        unrepaired = Hack("given_back", faulty, _UNREPAIRED, "the faulty code is no repair")
        return (*scorer_hacks(task), unrepaired)

    @cached_property
    def _rows(self) -> Mapping[str, Mapping[str, Any]]:
        rows = read_rows(self._file, _FIELDS)
        if not rows:
            raise TaskError(f"{str(self._file)!r} holds no row")
        return {f"{place:04d}-{row['task_id']}": row for place, row in enumerate(rows, start=1)}

    @cached_property
    def _sound(self) -> tuple[str, ...]:
        broken = self.broken
        return tuple(task_id for key in self._rows if (task_id := f"{self._prefix}/{key}") not in broken)

    @cached_property
    def _sizes(self) -> list[int]:
        return sorted(len(row["canonical_solution"].split()) for row in self._rows.values())

    def _task(self, task_id: str, row: Mapping[str, Any]) -> Task:
        faulty = whole_module(row["solution"], row["prompt"])
        said = [row[name].strip() for name in _LOGS if isinstance(row.get(name), str) and row[name].strip()]
        values = {
            "description": row["detail_description"].strip(),
            "faulty": faulty.strip(),
            "log": said[0] if said else "nothing was kept",
            "top": TOP,
            "header": row["prompt"].strip(),
        }
        place = self._sizes.index(len(row["canonical_solution"].split()))
        task = reference_task(
            row,
            task_id=task_id,
            instruction=fill(load("ecot.envs.verilog.benchmarks", "rtlfixer.md"), values),
            own_rule="rtlfixer",
            level=1 + place * _LEVELS // len(self._sizes),
            family=self._prefix,
            tags=("repair", self._kind),
        )
        files = (*task.bundle.files, File(_FAULTY, faulty, Audience.AGENT))
        return replace(task, bundle=replace(task.bundle, files=files))


def whole_module(answer: str, header: str) -> str:
    r"""Return an answer as a whole module; one that leaves out the header gets it.

    >>> whole_module("assign y = a; endmodule", "module top_module (input a, output y);")
    'module top_module (input a, output y);\nassign y = a; endmodule\n'
    """
    if re.search(rf"\bmodule\s+{TOP}\b", answer):
        return f"{answer.rstrip()}\n"
    return f"{header.rstrip()}\n{answer.rstrip()}\n"
