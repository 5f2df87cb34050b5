"""CVDP's non-agentic code tasks as a task source, read from one JSONL file: a prompt, files, a cocotb harness.

Only rows whose harness runs on Icarus and cocotb alone, and whose answer is one file, are tasks; the others are listed
with the reason. The public rows hold no answers, those of the examples `*_with_solutions.jsonl` do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from ecot.envs.errors import TaskError
from ecot.envs.family_files import Hack
from ecot.envs.prompts import fill, load
from ecot.envs.tasks import check_split
from ecot.envs.types import Audience, EnvironmentBundle, File, Limits, Task
from ecot.envs.verilog.benchmarks.realbench_texts import ports_in
from ecot.envs.verilog.benchmarks.verilog_eval import SPLIT
from ecot.envs.verilog.source import ENV_ID, port_facts, port_from
from ecot.envs.verilog.texts import hacks_in, header

PREFIX = "cvdp"
CODE, HARNESS = "code", "src"
"""Folders of the scratch folder that stand for `/code` and `/src` of the benchmark's container."""
RUNNER = "src/test_runner.py"
ENVIRONMENT = "src/.env"
LIMITS = Limits(cpu_seconds=60.0, memory_mib=1024, processes=64, scratch_mib=256, output_kib=2048)
_HACKS = "ecot.envs.verilog.benchmarks.cvdp_hacks"
_LEVELS = {"easy": 2, "medium": 3, "hard": 4}
_COMMERCIAL = "__VERIF_EDA_IMAGE__"
_SUFFIXES = (".v", ".sv")
_LINE = re.compile(r"^\s*(\w+)\s*=\s*(.*?)\s*$", re.MULTILINE)


class CvdpSource:
    """The non-agentic code tasks of one CVDP file, all in split `test`.

    Args:
        path: of a JSONL file such as `cvdp_v1.1.0_nonagentic_code_generation_no_commercial.jsonl`.

    Raises:
        TaskError: it cannot be read, or no line of it is a row of this kind.
    """

    def __init__(self, path: str) -> None:
        if not path:
            raise TaskError("tasks='cvdp' needs the path of a file: 'cvdp:/path/to/cvdp_v1.1.0_nonagentic_....jsonl'")
        self._path = Path(path).expanduser()
        try:
            rows = [json.loads(line) for line in self._path.read_text(encoding="utf-8").splitlines() if line.strip()]
        except (OSError, ValueError) as error:
            raise TaskError(f"{path!r} cannot be read as JSONL ({error})") from None
        self._rows: dict[str, Mapping[str, Any]] = {
            f"{PREFIX}/{row['id']}": row for row in rows if isinstance(row, dict) and {"id", "harness"} <= set(row)
        }
        if not self._rows:
            raise TaskError(f"{path!r} holds no rows of CVDP")

    def __len__(self) -> int:
        return len(self._sound)

    @property
    def broken(self) -> Mapping[str, str]:
        """The reason by id of every row that is not supported here."""
        found = {task_id: unsupported(row) for task_id, row in self._rows.items()}
        return {task_id: reason for task_id, reason in found.items() if reason}

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`; every task is in split `test`."""
        check_split(split)
        return self._sound if split in (None, SPLIT) else ()

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        if task_id not in self._rows:
            raise TaskError(f"unknown task {task_id!r}; ids look like {next(iter(self._rows))!r}")
        reason = unsupported(self._rows[task_id])
        if reason:
            raise TaskError(f"{task_id!r} is not supported: {reason}; it is not scored")
        return _task(task_id, self._rows[task_id])

    def hacks(self, task_id: str) -> Sequence[Hack]:
        """The cheats that are kept against cocotb harnesses; none where there is no answer to take the ports from."""
        params = self[task_id].bundle.params
        ports = [port_from(item) for item in params["ports"]]
        return hacks_in(_HACKS, {"header": header(str(params["top"]), ports)}) if ports else ()

    @cached_property
    def _sound(self) -> tuple[str, ...]:
        broken = self.broken
        return tuple(task_id for task_id in self._rows if task_id not in broken)


def unsupported(row: Mapping[str, Any]) -> str:
    """Return why a row cannot be judged here; empty where it can."""
    if "input" not in row or "output" not in row:
        return "it is an agentic row: it asks for changes of a repository"
    files = row["harness"].get("files", {})
    if not files:
        return "it has no harness: its answer is a text, judged by likeness"
    whole = "\n".join(map(str, files.values()))
    if _COMMERCIAL in whole:
        return "its harness needs a commercial simulator"
    if RUNNER not in files or ENVIRONMENT not in files:
        return f"its harness is not a cocotb harness: it lacks {RUNNER!r} or {ENVIRONMENT!r}"
    simulator = environment_of(str(files[ENVIRONMENT])).get("SIM", "icarus")
    if simulator != "icarus":
        return f"its harness asks for the simulator {simulator!r}"
    if re.search(r"^\s*(?:from|import)\s+cocotb\.runner\b", whole, re.MULTILINE):
        return "its harness is written for cocotb 1 (`cocotb.runner`)"
    if re.search(r"\b(?:subprocess|os\.system)\b", str(files[RUNNER])):
        return "its harness runs further programs"
    if len(_answers(row)) != 1:
        return f"its answer is {len(_answers(row))} files instead of one"
    return ""


def environment_of(text: str) -> Mapping[str, str]:
    r"""Return the variables of an environment file.

    >>> environment_of("SIM = icarus\nHASH=1")["SIM"]
    'icarus'
    """
    return {match[1]: match[2].strip("\"'") for match in _LINE.finditer(text)}


def _answers(row: Mapping[str, Any]) -> Sequence[str]:
    """Paths of the files that are asked for: as the row has them, else what is compiled and not given."""
    named = [path for path in row["output"].get("context", {}) if path.endswith(_SUFFIXES)]
    if named:
        return named
    sources = environment_of(str(row["harness"]["files"][ENVIRONMENT])).get("VERILOG_SOURCES", "").split()
    paths = [path.removeprefix("/code/") for path in sources]
    return [path for path in paths if path not in row["input"].get("context", {})]


def _task(task_id: str, row: Mapping[str, Any]) -> Task:
    harness: Mapping[str, str] = row["harness"]["files"]
    given: Mapping[str, str] = row["input"].get("context", {})
    path, variables = _answers(row)[0], environment_of(str(harness[ENVIRONMENT]))
    answer = str(row["output"].get("context", {}).get(path, ""))
    entry, top = f"{CODE}/{path}", variables.get("TOPLEVEL", "")
    files = [File(name, text, Audience.JUDGE) for name, text in harness.items() if name.startswith(f"{HARNESS}/")]
    files += [File(f"{CODE}/{name}", text, Audience.BOTH) for name, text in given.items() if name != path]
    shown = "".join(f"`{name}`:\n\n```\n{text.rstrip()}\n```\n\n" for name, text in given.items())
    values = {"prompt": str(row["input"]["prompt"]).strip(), "context": shown, "path": path, "top": top}
    words = [str(word) for word in row.get("categories", [])]
    params = {
        "judge": PREFIX,
        "own_rule": PREFIX,
        "top": top,
        "clock": "",
        "ports": [port_facts(port) for port in ports_in(answer, top)] if answer and top else [],
        "variables": dict(variables),
    }
    return Task(
        id=task_id,
        env_id=ENV_ID,
        instruction=fill(load("ecot.envs.verilog.benchmarks", "cvdp.md"), values),
        bundle=EnvironmentBundle(files=tuple(files), entry=entry, params=params, limits=LIMITS),
        solution=(File(entry, answer),) if answer else (),
        level=next((_LEVELS[word] for word in words if word in _LEVELS), 3),
        family=PREFIX,
        tags=("imported", PREFIX, *words),
    )
