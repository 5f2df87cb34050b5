"""VerilogEval v1 as a task source, read from its JSON Lines on disk: problems in one file, descriptions in another.

The problem's testbench holds the reference too, so the judge is that of version 2 (`testbench.py`) with the words and
the scoring rule of version 1. A candidate is a whole module; upstream's samples are the rest of one after its header.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ecot.envs.errors import TaskError
from ecot.envs.family_files import Hack
from ecot.envs.prompts import fill, load
from ecot.envs.tasks import check_split
from ecot.envs.types import Audience, EnvironmentBundle, File, Task
from ecot.envs.verilog.benchmarks.verilog_eval import LIMITS, SPLIT, Flaw, scorer_hacks
from ecot.envs.verilog.disguise import ports_of
from ecot.envs.verilog.driver import clock_of
from ecot.envs.verilog.source import ENV_ID, port_facts

TOP, REFERENCE, TESTBENCH = "top_module", "reference_module", "tb"
ENTRY = "top_module.sv"
_CAST = Flaw(
    reason="its reference casts a conditional to an enumeration, which Icarus understands from version 12 on",
    before=12,
    sets=("verilog-eval-human", "rtlfixer"),
)
FLAWS: Mapping[str, Flaw] = MappingProxyType({"review2015_fancytimer": _CAST, "review2015_fsm": _CAST})
"""By name; measured with Icarus 11."""
_SETS = {"Human": "verilog-eval-human", "Machine": "verilog-eval-machine"}
"""Prefix of the ids by the benchmark's own name of a set."""
_FIELDS = ("task_id", "prompt", "canonical_solution", "test")


class VerilogEvalOneSource:
    """The problems of one set of VerilogEval v1, all in split `test`.

    Args:
        path: of a problem file `VerilogEval_{Human,Machine}.jsonl`, or of the repository at its release 1.0.0 (then the
            human set). The descriptions are looked for in `descriptions/` beside the folder of the problems.

    Raises:
        TaskError: the path is not the benchmark; the message says what is missing.
    """

    def __init__(self, path: str) -> None:
        self._file, name = _locate(path)
        self._prefix = _SETS[name]
        self._descriptions = self._file.parent.parent / "descriptions" / f"VerilogDescription_{name}.jsonl"

    def __len__(self) -> int:
        return len(self._sound)

    @property
    def broken(self) -> Mapping[str, str]:
        """The reason by id of every problem that is known to be broken, with this version of Icarus."""
        return {
            f"{self._prefix}/{name}": flaw.reason
            for name, flaw in FLAWS.items()
            if name in self._rows and flaw.holds(self._prefix)
        }

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`; every task is in split `test`."""
        check_split(split)
        return self._sound if split in (None, SPLIT) else ()

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        if task_id in self.broken:
            raise TaskError(f"{task_id!r} is known to be broken: {self.broken[task_id]}; it is not scored")
        prefix, _, name = task_id.partition("/")
        if prefix != self._prefix or name not in self._rows:
            example = f"{self._prefix}/{next(iter(self._rows))}"
            raise TaskError(f"unknown task {task_id!r} in {str(self._file)!r}; ids look like {example!r}")
        return self._task(task_id, self._rows[name], self._texts.get(name, ""))

    def hacks(self, task_id: str) -> Sequence[Hack]:
        """The cheats that are kept against scorers of this kind, written for the ports of a task."""
        return scorer_hacks(self[task_id])

    @cached_property
    def _rows(self) -> Mapping[str, Mapping[str, str]]:
        rows = read_rows(self._file, _FIELDS)
        if not rows:
            raise TaskError(f"{str(self._file)!r} holds no problem")
        return {row["task_id"]: row for row in rows}

    @cached_property
    def _by_size(self) -> list[str]:
        """The set has no order of its own that means anything; shorter references come first."""
        return sorted(self._rows, key=lambda name: (len(self._rows[name]["canonical_solution"].split()), name))

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        return {
            row["task_id"]: row["detail_description"]
            for row in read_rows(self._descriptions, ("task_id", "detail_description"))
        }

    @cached_property
    def _sound(self) -> tuple[str, ...]:
        return tuple(task_id for name in self._rows if (task_id := f"{self._prefix}/{name}") not in self.broken)

    def _task(self, task_id: str, row: Mapping[str, str], description: str) -> Task:
        if not description:
            raise TaskError(f"{str(self._descriptions)!r} holds no description of {row['task_id']!r}")
        prompt = f"{description.strip()}\n\n```verilog\n{row['prompt'].strip()}\n```"
        place = self._by_size.index(row["task_id"])
        return reference_task(
            row,
            task_id=task_id,
            instruction=fill(load("ecot.envs.verilog.benchmarks", "verilog_eval.md"), {"prompt": prompt, "top": TOP}),
            own_rule="verilog-eval-1",
            level=1 + place * 5 // len(self._rows),
            family=self._prefix,
        )


def reference_task(
    row: Mapping[str, str],
    *,
    task_id: str,
    instruction: str,
    own_rule: str,
    level: int,
    family: str,
    tags: Sequence[str] = (),
) -> Task:
    """Return the task of a row in the format of VerilogEval v1, judged beside the reference that its test holds.

    Args:
        row: `prompt` (the module's header), `canonical_solution` (the rest of it) and `test`.
        task_id: of the task.
        instruction: complete.
        own_rule: name of the set's own scoring rule.
        level: 1 to 5.
        family: of the set.
        tags: further ones.

    Raises:
        TaskError: the row lacks the modules that such a test holds.
    """
    solution = f"{row['prompt'].rstrip()}\n{row['canonical_solution']}"
    ports = ports_of(row["test"], REFERENCE)
    clock = clock_of(ports)
    params = {
        "judge": "testbench",
        "own_rule": own_rule,
        "top": TOP,
        "ports": [port_facts(port) for port in ports],
        "clock": clock,
        "testbench": TESTBENCH,
        "reference": REFERENCE,
        "testbench_file": "testbench.sv",
        "reference_file": "reference.sv",
    }
    files = (
        File("testbench.sv", row["test"], Audience.JUDGE),
        File("reference.sv", "// The testbench holds the reference.\n", Audience.JUDGE),
    )
    return Task(
        id=task_id,
        env_id=ENV_ID,
        instruction=instruction,
        bundle=EnvironmentBundle(files=files, entry=ENTRY, params=params, limits=LIMITS),
        solution=(File(ENTRY, solution),),
        level=level,
        family=family,
        tags=("imported", family, "clocked" if clock else "combinational", *tags),
    )


def read_rows(path: Path, fields: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return the rows of a JSON Lines file.

    Args:
        path: of the file.
        fields: that every row must have, each a string.

    Raises:
        TaskError: the file cannot be read, or a line is not such a row; the message names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TaskError(f"{str(path)!r} cannot be read ({error}); the copy of the benchmark is incomplete") from None
    rows = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        missing = [name for name in fields if not isinstance(row, dict) or not isinstance(row.get(name), str)]
        if missing or row is None:
            raise TaskError(f"line {number} of {str(path)!r} is no row with the text fields {', '.join(fields)}")
        rows.append(row)
    return rows


def _locate(path: str) -> tuple[Path, str]:
    """The problem file, and the benchmark's own name of its set."""
    if not path:
        raise TaskError("tasks='verilog-eval-v1' needs a path: 'verilog-eval-v1:/path/to/VerilogEval_Human.jsonl'")
    given = Path(path).expanduser()
    for name in _SETS:
        for file in (given, given / "data" / f"VerilogEval_{name}.jsonl", given / f"VerilogEval_{name}.jsonl"):
            if file.is_file() and file.name == f"VerilogEval_{name}.jsonl":
                return file, name
    if next(given.glob("dataset_*"), None) is not None:
        raise TaskError(
            f"{path!r} is VerilogEval version 2; use tasks='verilog-eval:{path}', or check out release/1.0.0"
        )
    raise TaskError(
        f"{path!r} is not VerilogEval version 1: it holds no file data/VerilogEval_Human.jsonl; give the repository "
        "at branch release/1.0.0, or one of its problem files"
    )
