"""Rows in the format of VeriCoder as a task source: a specification, a design that passes, and the test that it passes.

The format is that of VeriCoder's own script, which writes `Instruction`, `canonical_solution` and `test` beside what it
read; tests are written by a language model, check the design by themselves, and seldom check much. A repair set is made
of such rows by a table of faults for this source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from ecot.envs.errors import TaskError
from ecot.envs.family_files import Hack
from ecot.envs.prompts import fill, load
from ecot.envs.tasks import check_split, split_of
from ecot.envs.types import Limits, Task
from ecot.envs.verilog.benchmarks.rtllm import parametrised_header, selfcheck_hacks, selfchecking_task
from ecot.envs.verilog.benchmarks.under_test import under_test
from ecot.envs.verilog.benchmarks.verilog_eval_v1 import read_rows

LIMITS = Limits(cpu_seconds=30.0, memory_mib=1024, processes=16, scratch_mib=64, output_kib=512)
"""The script itself gives compilation thirty seconds and a simulation sixty."""
_PREFIX = "vericoder"
_FIELDS = ("Instruction", "canonical_solution", "test")
_TIMESCALE = re.compile(r"^[ \t]*`timescale[ \t]+(\d+[ \t]*[munpf]?s[ \t]*/[ \t]*\d+[ \t]*[munpf]?s)", re.MULTILINE)
_SUCCESS = "All tests passed!"
_LEVELS = (10, 20, 40, 80)
"""Lines of a solution up to which a task is of level 1, 2, 3, 4."""


class VeriCoderSource:
    """The rows of a JSON Lines file, split by a digest of the solution.

    Args:
        path: of the file.

    Raises:
        TaskError: there is no such file, or a row of it is damaged.
    """

    def __init__(self, path: str) -> None:
        if not path:
            raise TaskError("tasks='vericoder' needs the path of a file: 'vericoder:/path/to/rows.jsonl'")
        self._file = Path(path).expanduser()
        if not self._file.is_file():
            raise TaskError(f"there is no file {path!r}; give the JSON Lines file of the data set")

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def broken(self) -> Mapping[str, str]:
        """Nothing is known of rows of any origin; one whose test does not run here raises when it is judged."""
        return {}

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`."""
        check_split(split)
        return self._ids if split is None else tuple(key for key in self._ids if self._splits[key] == split)

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`.

        Raises:
            TaskError: the id is unknown, or the row's test tests no single module.
        """
        if task_id not in self._splits:
            raise TaskError(f"unknown task {task_id!r} in {str(self._file)!r}; ids look like '{_PREFIX}/000001'")
        return self._task(task_id, self._rows[self._ids.index(task_id)])

    def hacks(self, task_id: str) -> Sequence[Hack]:
        """The cheats that are kept against testbenches of this kind, written for the ports of a task."""
        return selfcheck_hacks(self[task_id], pass_line=_SUCCESS)

    @cached_property
    def _rows(self) -> Sequence[Mapping[str, Any]]:
        rows = read_rows(self._file, _FIELDS)
        if not rows:
            raise TaskError(f"{str(self._file)!r} holds no row")
        return rows

    @cached_property
    def _ids(self) -> tuple[str, ...]:
        return tuple(f"{_PREFIX}/{number:06d}" for number in range(1, len(self._rows) + 1))

    @cached_property
    def _splits(self) -> Mapping[str, str]:
        return {
            key: split_of(" ".join(row["canonical_solution"].split()))
            for key, row in zip(self._ids, self._rows, strict=True)
        }

    def _task(self, task_id: str, row: Mapping[str, Any]) -> Task:
        bench, design = row["test"], row["canonical_solution"]
        try:
            found = under_test(bench, design)
        except TaskError as error:
            raise TaskError(f"{task_id!r} of {str(self._file)!r}: {error}") from None
        stated = _TIMESCALE.search(f"{design}\n{bench}")
        values = {"prompt": row["Instruction"].strip(), "top": found.top, "interface": parametrised_header(found)}
        return selfchecking_task(
            found,
            bench,
            task_id=task_id,
            instruction=fill(load("ecot.envs.verilog.benchmarks", "vericoder.md"), values),
            own_rule="vericoder",
            timescale=stated[1] if stated else "1s/1s",
            limits=LIMITS,
            level=1 + sum(design.strip().count("\n") >= lines for lines in _LEVELS),
            family=_PREFIX,
        )
