"""ArchXBench as a task source, read from its folders on disk: a problem, design specifications, a testbench.

The set publishes no designs. `archxbench_solutions/` holds some of ours, by the name of the folder, which are the
references; without one, a candidate is judged by the testbench alone. Designs whose testbench gives no verdict, because
a script beside it compares files, are not scored (`broken` says why).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from ecot.envs.errors import TaskError
from ecot.envs.family_files import Hack
from ecot.envs.prompts import fill, load
from ecot.envs.tasks import check_split
from ecot.envs.types import Limits, Task
from ecot.envs.verilog.benchmarks.rtllm import parametrised_header, selfcheck_hacks, selfchecking_task
from ecot.envs.verilog.benchmarks.under_test import UnderTest, instantiated, under_test
from ecot.envs.verilog.benchmarks.verilog_eval import SPLIT
from ecot.envs.verilog.disguise import module_names

LIMITS = Limits(cpu_seconds=10.0, memory_mib=1024, processes=16, scratch_mib=64, output_kib=2048)
_PREFIX = "archxbench"
_PASS_LINE = '{\\"module\\": \\"top\\", \\"passed\\": 100, \\"failed\\": 0}'  # noqa: S105  (no password)
_LEVELS: Mapping[str, int] = MappingProxyType(
    {"0": 1, "1a": 2, "1b": 2, "1c": 2, "2": 3, "3": 4, "4": 5, "5": 5, "6": 5}
)
"""Our level for each of the set's own, which is a tag, and part of the id."""
_HEADER = r"\bmodule\s+{name}\b.*?\)\s*;"
_SOLUTIONS = "ecot.envs.verilog.benchmarks.archxbench_solutions"
_BY_SCRIPT = (
    "its testbench gives no verdict but writes a file, which a script beside it compares with golden outputs; most of "
    "these scripts compare as many numbers as there are, so that an empty file passes"
)
FLAWS: Mapping[str, str] = MappingProxyType(
    {
        "aes128_single_round": "its testbench withdraws `start` in the very step of the edge at which it is to be "
        "seen, so that under Icarus no design that is clocked by the rising edge starts",
        "approximate_adder": "its testbench counts every sum as right that has one known bit",
        "systolic_gemm": "its testbench prints matrices to be looked at, and no verdict",
    }
)
"""By folder; each was looked at with Icarus 11."""
_UNDECLARED: Mapping[str, str] = MappingProxyType(
    {
        "fp_adder": "WIDTH = 32",
        "fp_multiplier": "EXP_WIDTH = 8, parameter MANT_WIDTH = 23, parameter WIDTH = 1 + EXP_WIDTH + MANT_WIDTH",
        "gauss_siedel": "DATA_WIDTH = 32, parameter FRAC = 16",
        "gradient_descent": "N = 16, parameter M = 8, parameter MAX_ITER = 10, parameter n = N",
        "newton_raphson_polynomial": "WIDTH = 16, parameter FRAC = 8, parameter MAX_ITER = 50, parameter n = WIDTH",
        "newton_raphson_sqrt": "N = 16, parameter M = 8, parameter ITER_MAX = 10, parameter n = N",
    }
)
"""By folder, the parameters that the specified header uses, or the testbench sets, and nobody declares."""


@dataclass(frozen=True, slots=True)
class _Design:
    """One folder of the benchmark."""

    folder: Path
    level: str

    @property
    def task_id(self) -> str:
        return f"{_PREFIX}/{self.level}/{self.folder.name}"

    @property
    def benches(self) -> Sequence[Path]:
        return sorted([*self.folder.glob("tb*.v"), *self.folder.glob("testbench.v")])

    @property
    def flaw(self) -> str:
        """Why it is not scored; empty where it is."""
        if (self.folder / "scripts" / "compare_outputs.py").is_file():
            return _BY_SCRIPT
        return FLAWS.get(self.folder.name, "")


class ArchXBenchSource:
    """The designs of ArchXBench, all in split `test`.

    Args:
        path: of the repository, or of the folder of one of its levels.

    Raises:
        TaskError: the path is not the benchmark; the message says what is missing.
    """

    def __init__(self, path: str) -> None:
        if not path:
            raise TaskError("tasks='archxbench' needs the path of the benchmark: 'archxbench:/path/to/ArchXBench'")
        self._root = Path(path).expanduser()
        if not self._root.is_dir():
            raise TaskError(f"there is no folder {path!r}; clone ArchXBench and give its path after 'archxbench:'")
        self._designs = {design.task_id: design for design in _designs(self._root)}
        if not self._designs:
            raise TaskError(
                f"{path!r} is not ArchXBench: no folder level-*/* in it holds problem-description.txt and a testbench"
            )

    def __len__(self) -> int:
        return len(self._sound)

    @cached_property
    def broken(self) -> Mapping[str, str]:
        """The reason by id of every design that is not scored."""
        return {task_id: design.flaw for task_id, design in self._designs.items() if design.flaw}

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`; every task is in split `test`."""
        check_split(split)
        return self._sound if split in (None, SPLIT) else ()

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        if task_id in self.broken:
            raise TaskError(f"{task_id!r} is not scored: {self.broken[task_id]}")
        if task_id not in self._designs:
            raise TaskError(
                f"unknown task {task_id!r} in {str(self._root)!r}; ids look like {next(iter(self._designs))!r}"
            )
        return _task(self._designs[task_id])

    def hacks(self, task_id: str) -> Sequence[Hack]:
        """The cheats that are kept against testbenches of this kind, written for the ports of a task."""
        return selfcheck_hacks(self[task_id], pass_line=_PASS_LINE)

    @cached_property
    def _sound(self) -> tuple[str, ...]:
        return tuple(task_id for task_id in self._designs if task_id not in self.broken)


def _designs(root: Path) -> Sequence[_Design]:
    """In the set's own order."""
    levels = [root] if root.name.startswith("level-") else sorted(root.glob("level-*"))
    found = [
        _Design(folder, level.name.removeprefix("level-"))
        for level in levels
        if level.name.removeprefix("level-") in _LEVELS
        for folder in sorted(level.iterdir())
        if (folder / "problem-description.txt").is_file()
    ]
    return [design for design in found if design.benches]


def _task(design: _Design) -> Task:
    if len(design.benches) != 1:
        raise TaskError(f"{str(design.folder)!r} holds {len(design.benches)} testbenches instead of one")
    bench = _text(design.benches[0])
    problem, specification = (_text(design.folder / name) for name in ("problem-description.txt", "design-specs.txt"))
    found, solved = _found(design, bench, specification)
    values = {
        "prompt": problem.strip(),
        "specification": specification.strip(),
        "top": found.top,
        "interface": parametrised_header(found),
    }
    task = selfchecking_task(
        found,
        bench,
        task_id=design.task_id,
        instruction=fill(load("ecot.envs.verilog.benchmarks", "archxbench.md"), values),
        own_rule=_PREFIX,
        timescale="1ns/1ps",
        limits=LIMITS,
        level=_LEVELS[design.level],
        family=_PREFIX,
    )
    tags = (*task.tags, f"level-{design.level}")
    return replace(task, tags=tags) if solved else replace(task, tags=tags, solution=())


def _found(design: _Design, bench: str, specification: str) -> tuple[UnderTest, bool]:
    """What the testbench tests, and whether there is a solution of ours; without one the specified header is taken."""
    solution = _solution(design.folder.name)
    try:
        if solution is not None:
            return under_test(bench, solution), True
        own = module_names(bench)
        for name in dict.fromkeys(name for name in instantiated(bench) if name not in own):
            header = re.search(_HEADER.format(name=re.escape(name)), specification, re.DOTALL)
            if header is not None:
                parameters = _UNDECLARED.get(design.folder.name)
                text = header[0].replace("(", f"#(parameter {parameters}) (", 1) if parameters else header[0]
                return under_test(bench, f"{text}\nendmodule\n"), False
    except TaskError as error:
        raise TaskError(f"{str(design.folder)!r}: {error}") from None
    raise TaskError(f"{str(design.folder)!r}: design-specs.txt holds no header of the module that the testbench tests")


@cache
def _solution(name: str) -> str | None:
    place = files(_SOLUTIONS).joinpath(f"{name}.v")
    return place.read_text(encoding="utf-8") if place.is_file() else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise TaskError(f"{str(path)!r} cannot be read ({error}); the copy of ArchXBench is incomplete") from None
