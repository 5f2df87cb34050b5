"""RealBench as a task source, read from its folders on disk after the user decrypted the specifications.

A module task asks for one module; the modules below it are given, and a candidate may bring its own. A system task asks
for all modules of a system. The specifications are encrypted upstream against crawlers: keep them out of training data.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from ecot.envs.errors import TaskError
from ecot.envs.family_files import Hack
from ecot.envs.prompts import fill, load
from ecot.envs.tasks import check_split
from ecot.envs.types import Audience, EnvironmentBundle, File, Limits, Task
from ecot.envs.verilog.benchmarks.realbench_texts import (
    BENCH_PARTS,
    REFERENCE,
    as_synthesis_reads,
    defines,
    includable,
    macros,
    ports_in,
    without_includes,
)
from ecot.envs.verilog.benchmarks.verilog_eval import SPLIT
from ecot.envs.verilog.disguise import module_names
from ecot.envs.verilog.source import ENV_ID, port_facts, port_from
from ecot.envs.verilog.texts import hacks_in, header

PREFIX = "realbench"
SYSTEM = "system"
LIMITS = Limits(cpu_seconds=120.0, memory_mib=3072, processes=32, scratch_mib=128, output_kib=1024)
"""Of each program; the benchmark gives building and running five minutes together."""
_INFORMATION = "benchmark_info.py"
_HACKS = "ecot.envs.verilog.benchmarks.realbench_hacks"
_LEVELS = 5
_INCOMPLETE = frozenset({"e203_exu_alu_muldiv", "e203_srams"})
"""Modules whose reference beside the specification lacks its body or ports; the one beside the testbench is whole."""
_UNLISTED: Mapping[str, tuple[str, ...]] = MappingProxyType({"e203_cpu_top": ("e203_cpu",)})
"""Modules that a system needs and the benchmark's own list forgets: no specification of them is shown."""
_TOP = re.compile(r"--top(?:-module)?\s+(\w+)")
_SILENCED = re.compile(r"-Wno-(\w+)")


@dataclass(frozen=True, slots=True)
class _Item:
    """One task on disk.

    Attributes:
        group: folder of the system whose modules it is about.
        name: of the top module.
        verification: folder of the testbench.
        modules: those asked for.
    """

    group: str
    name: str
    verification: Path
    modules: tuple[str, ...]


class RealBenchSource:
    """The module tasks and system tasks of RealBench, all in split `test`.

    Args:
        path: of the repository.

    Raises:
        TaskError: the path is not the benchmark; the message says what is missing.
    """

    def __init__(self, path: str) -> None:
        if not path:
            raise TaskError("tasks='realbench' needs the path of the benchmark: 'realbench:/path/to/RealBench'")
        self._root = Path(path).expanduser()
        modules = _table(self._root / _INFORMATION, "benchmark_info")
        systems = _table(self._root / _INFORMATION, "system_info")
        group_of = {name: group for group, members in modules.items() for name in members}
        self._items = {
            f"{PREFIX}/{group}/{name}": _Item(group, name, self._root / group / name / "verification", (name,))
            for group, members in modules.items()
            for name in members
        }
        for name, members in systems.items():
            if name not in group_of:
                raise TaskError(f"{str(self._root / _INFORMATION)!r} names the system {name!r}, which is no module")
            parts = tuple(dict.fromkeys((name, *members)))
            self._items[f"{PREFIX}/{SYSTEM}/{name}"] = _Item(group_of[name], name, self._root / SYSTEM / name, parts)

    def __len__(self) -> int:
        return len(self._sound)

    @property
    def broken(self) -> Mapping[str, str]:
        """The reason by id of every task whose files are incomplete in this copy."""
        return {
            task_id: f"this copy lacks {str(item.verification.relative_to(self._root))!r} or a reference"
            for task_id, item in self._items.items()
            if not item.verification.is_dir() or not all(self._golden(item, name).is_file() for name in item.modules)
        }

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`; every task is in split `test`."""
        check_split(split)
        return self._sound if split in (None, SPLIT) else ()

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        if task_id in self.broken:
            raise TaskError(f"{task_id!r} is known to be broken: {self.broken[task_id]}; it is not scored")
        if task_id not in self._items:
            raise TaskError(f"unknown task {task_id!r}; ids look like {next(iter(self._items), PREFIX)!r}")
        return self._task(task_id, self._items[task_id])

    def hacks(self, task_id: str) -> Sequence[Hack]:
        """The cheats that are kept against testbenches of this kind, written for the ports of a task."""
        params = self[task_id].bundle.params
        ports = [port_from(item) for item in params["ports"]]
        output = next(port.name for port in ports if port.direction == "output")
        values = {
            "header": header(str(params["top"]), ports),
            "testbench": str(params["testbench"]),
            "reference": f"{REFERENCE}{params['top']}",
            "first_output": output,
        }
        return hacks_in(_HACKS, values)

    @cached_property
    def _sound(self) -> tuple[str, ...]:
        broken = self.broken
        return tuple(task_id for task_id in self._items if task_id not in broken)

    @cached_property
    def _by_size(self) -> Sequence[str]:
        """The set has no order by difficulty; what asks for less text comes first."""
        sizes = {
            task_id: sum(
                self._golden(self._items[task_id], name).stat().st_size for name in self._items[task_id].modules
            )
            for task_id in self._sound
        }
        return sorted(sizes, key=lambda task_id: (sizes[task_id], task_id))

    def _golden(self, item: _Item, name: str) -> Path:
        return self._root / item.group / name / f"{name}.v"

    def _reference(self, item: _Item, name: str) -> str:
        path = self._golden(item, name)
        if name in _INCOMPLETE:
            path = path.parent / "verification" / f"{name}_top.sv"
        return as_synthesis_reads(_text(path))

    def _specification(self, item: _Item) -> str:
        texts = []
        for name in item.modules:
            path = self._root / item.group / name / f"{name}.md"
            if not path.is_file():
                raise TaskError(
                    f"{str(path)!r} is not there: the specifications are encrypted; run "
                    "`make decrypt` in your copy of RealBench"
                )
            texts.append(_text(path).strip())
        return "\n\n".join(texts)

    def _task(self, task_id: str, item: _Item) -> Task:
        files = {
            path.name: _text(path)
            for path in sorted(item.verification.iterdir())
            if path.suffix in (".v", ".sv") and path.name != f"{item.name}_top.sv"
        }
        bench = tuple(f"{item.name}_{part}.sv" for part in BENCH_PARTS)
        lacking = [name for name in bench if name not in files]
        if lacking:
            raise TaskError(f"{str(item.verification)!r} lacks {', '.join(lacking)}")
        makefile, known = _text(item.verification / "Makefile"), includable(files)
        unlisted = _UNLISTED.get(item.name, ()) if len(item.modules) > 1 else ()
        golden = [self._reference(item, name) for name in (*item.modules, *unlisted)]
        if not defines(macros(files) + golden[0], item.name):
            # One reference is empty under the set's own macros; beside its testbench lies one that is not.
            golden[0] = as_synthesis_reads(_text(item.verification / f"{item.name}_top.sv"))
        solution = "\n".join(without_includes(text, known) for text in golden)
        given = [
            module
            for name in sorted(files)
            if name not in bench
            for module in module_names(files[name])
            if not module.startswith(REFERENCE)
        ]
        ports = ports_in(macros(files) + golden[0], item.name)
        top = _TOP.search(makefile)
        params = {
            "judge": "realbench",
            "own_rule": PREFIX,
            "top": item.name,
            "ports": [port_facts(port) for port in ports],
            "clock": "",
            "bench": list(bench),
            "testbench": top[1] if top else "tb",
            "silenced": sorted(set(_SILENCED.findall(makefile))),
        }
        entry = f"{item.name}_top.sv"
        kind = SYSTEM if len(item.modules) > 1 else "module"
        return Task(
            id=task_id,
            env_id=ENV_ID,
            instruction=_instruction(self._specification(item), item, given, known),
            bundle=EnvironmentBundle(
                files=tuple(File(name, text, Audience.JUDGE) for name, text in files.items()),
                entry=entry,
                params=params,
                limits=LIMITS,
            ),
            solution=(File(entry, solution),),
            level=1 + self._by_size.index(task_id) * _LEVELS // len(self._by_size),
            family=PREFIX,
            tags=("imported", PREFIX, kind),
        )


def _instruction(prompt: str, item: _Item, given: Sequence[str], headers: Sequence[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in given)
    values = {
        "prompt": prompt,
        "top": item.name,
        "scope": " and of every module below it that is described here" if len(item.modules) > 1 else "",
        "given": f"These modules exist and may be instantiated: {listed}. " if given else "",
        "headers": ", ".join(f"`{name}`" for name in headers) or "no file",
    }
    return fill(load("ecot.envs.verilog.benchmarks", "realbench.md"), values)


def _table(path: Path, name: str) -> Mapping[str, Sequence[str] | Mapping[str, Sequence[str]]]:
    """A table of the benchmark's own list, read without running it."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError) as error:
        raise TaskError(f"{str(path)!r} cannot be read ({error}); clone RealBench and give its path") from None
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in node.targets):
            try:
                table: Mapping[str, Sequence[str]] = ast.literal_eval(node.value)
            except ValueError:
                break
            return table
    raise TaskError(f"{str(path)!r} holds no table {name!r}; this is another version of RealBench")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise TaskError(f"{str(path)!r} cannot be read ({error}); the copy of RealBench is incomplete") from None
