"""VerilogEval v2 as a task source, read from its own folders on disk; nothing of it is kept in this package.

Tasks that nobody can pass by the benchmark's own definition are reported as broken (`VerilogEvalSource.broken`), are no
part of `ids`, and raise when they are asked for.
"""

from __future__ import annotations

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
from ecot.envs.tools import version_of
from ecot.envs.types import Audience, EnvironmentBundle, File, Limits, Task
from ecot.envs.verilog.disguise import ports_of, renamed
from ecot.envs.verilog.driver import clock_of
from ecot.envs.verilog.family import Role
from ecot.envs.verilog.source import ENV_ID, port_facts, port_from
from ecot.envs.verilog.texts import hacks_in, header
from ecot.envs.verilog.tools import ICARUS

TOP, REFERENCE, TESTBENCH = "TopModule", "RefModule", "tb"
ENTRY = "TopModule.sv"
SPLIT = "test"
LIMITS = Limits(cpu_seconds=30.0, memory_mib=1024, processes=16, scratch_mib=64, output_kib=512)
"""The benchmark itself gives a simulation thirty seconds."""
_FOLDERS = {"dataset_spec-to-rtl": "verilog-eval", "dataset_code-complete-iccad2023": "verilog-eval-code-complete"}
"""Prefix of the ids by the benchmark's own name of a folder."""
_HACKS = "ecot.envs.verilog.benchmarks.scorer_hacks"
_POISONED = 8
"""Input bits that a cheat feeds an unknown into; Icarus slows down with the square of them."""
_PROBLEM = re.compile(r"Prob(\d{3})_(\w+)")
_PROBLEMS = 156
_LEVELS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Why a problem cannot be scored.

    Attributes:
        reason: completes the sentence "it is known to be broken: ...".
        sets: prefixes of the ids concerned.
        before: the first major version of Icarus that it works with; 0 where no version helps.
    """

    reason: str
    sets: tuple[str, ...] = ("verilog-eval", "verilog-eval-code-complete")
    before: int = 0

    def holds(self, prefix: str) -> bool:
        """Whether it concerns a set, with the installed version of Icarus."""
        return prefix in self.sets and (not self.before or icarus_version() < self.before)


_TIME = "its stimulus outlasts the testbench's own limit of simulated time, so that even the reference fails"
_CAST = "its reference casts a conditional to an enumeration, which Icarus understands from version 12 on"
FLAWS: Mapping[int, tuple[Flaw, ...]] = MappingProxyType(
    {
        82: (Flaw(reason=_TIME),),
        99: (Flaw(reason="the testbench connects ports that the module does not have", sets=("verilog-eval",)),),
        141: (Flaw(reason=_TIME),),
        151: (Flaw(reason=_CAST, before=12),),
        156: (Flaw(reason=_CAST, before=12), Flaw(reason=_TIME)),
    }
)
"""By number; each was measured with Icarus 11 except the last of 156, which upstream reports (issue 21)."""
UNSTATED_START: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {34: ("verilog-eval",), 53: tuple(_FOLDERS.values()), 104: tuple(_FOLDERS.values())}
)
"""Problems whose reference gives a register a start value that the prompt does not ask for: a design without it has one
wrong sample. They are scored, since they can be passed, and tagged `unstated-start-value`."""


class VerilogEvalSource:
    """The problems of one set of VerilogEval v2, all in split `test`.

    Args:
        path: of the benchmark's repository (then specification to RTL), or of one of its two data folders.

    Raises:
        TaskError: the path is not the benchmark; the message says what is missing.
    """

    def __init__(self, path: str) -> None:
        self._folder, self._prefix = _locate(path)
        self._names = tuple(sorted(item.name.removesuffix("_test.sv") for item in self._folder.glob("*_test.sv")))
        if not self._names:
            raise TaskError(f"{str(self._folder)!r} holds no file *_test.sv; give the folder of VerilogEval version 2")
        for name in self._names:
            if not _PROBLEM.fullmatch(name):
                raise TaskError(f"{name + '_test.sv'!r} in {str(self._folder)!r} is not named like Prob031_dff_test.sv")

    def __len__(self) -> int:
        return len(self._sound)

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self._folder

    @property
    def broken(self) -> Mapping[str, str]:
        """The reason by id of every problem that is known to be broken, with this version of Icarus."""
        return self._broken

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`; every task is in split `test`."""
        check_split(split)
        return self._sound if split in (None, SPLIT) else ()

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        if task_id in self._broken:
            raise TaskError(f"{task_id!r} is known to be broken: {self._broken[task_id]}; it is not scored")
        prefix, _, name = task_id.partition("/")
        if prefix != self._prefix or name not in self._names:
            example = f"{self._prefix}/{self._names[0]}"
            raise TaskError(f"unknown task {task_id!r} in {str(self._folder)!r}; ids look like {example!r}")
        return self._task(task_id, name)

    def hacks(self, task_id: str) -> Sequence[Hack]:
        """The cheats that are kept against scorers of this kind, written for the ports of a task."""
        return scorer_hacks(self[task_id])

    @cached_property
    def _broken(self) -> Mapping[str, str]:
        found = {}
        for name in self._names:
            flaws = [flaw.reason for flaw in FLAWS.get(_number(name), ()) if flaw.holds(self._prefix)]
            if flaws:
                found[f"{self._prefix}/{name}"] = "; ".join(flaws)
        return MappingProxyType(found)

    @cached_property
    def _sound(self) -> tuple[str, ...]:
        return tuple(task_id for name in self._names if (task_id := f"{self._prefix}/{name}") not in self._broken)

    def _task(self, task_id: str, name: str) -> Task:
        reference, testbench = self._read(name, "ref.sv"), self._read(name, "test.sv")
        ports = ports_of(reference, REFERENCE)
        clock = clock_of(ports)
        prompt = fill(
            load("ecot.envs.verilog.benchmarks", "verilog_eval.md"), {"prompt": self._prompt(name), "top": TOP}
        )
        params = {
            "judge": "testbench",
            "own_rule": "verilog-eval-2",
            "top": TOP,
            "ports": [port_facts(port) for port in ports],
            "clock": clock,
            "testbench": TESTBENCH,
            "reference": REFERENCE,
            "testbench_file": "testbench.sv",
            "reference_file": "reference.sv",
        }
        files = (File("testbench.sv", testbench, Audience.JUDGE), File("reference.sv", reference, Audience.JUDGE))
        number = _number(name)
        tags = ["imported", self._prefix, "clocked" if clock else "combinational"]
        if self._prefix in UNSTATED_START.get(number, ()):
            tags.append("unstated-start-value")
        return Task(
            id=task_id,
            env_id=ENV_ID,
            instruction=prompt,
            bundle=EnvironmentBundle(files=files, entry=ENTRY, params=params, limits=LIMITS),
            solution=(File(ENTRY, renamed(reference, REFERENCE, TOP)),),
            level=1 + min(_LEVELS - 1, (number - 1) * _LEVELS // _PROBLEMS),
            family=self._prefix,
            tags=tuple(tags),
        )

    def _prompt(self, name: str) -> str:
        """The benchmark's own words; the interface is added where they do not hold it yet."""
        prompt = self._read(name, "prompt.txt").strip()
        if not (self._folder / f"{name}_ifc.txt").is_file():
            return prompt
        interface = self._read(name, "ifc.txt").strip()
        return prompt if interface in prompt else f"{prompt}\n\n{interface}"

    def _read(self, name: str, suffix: str) -> str:
        path = self._folder / f"{name}_{suffix}"
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise TaskError(f"{str(path)!r} cannot be read ({error}); the copy of VerilogEval is incomplete") from None


def scorer_hacks(task: Task) -> Sequence[Hack]:
    """Return the cheats that are kept against scorers that count mismatches, written for the ports of a task."""
    params = task.bundle.params
    ports, top = [port_from(item) for item in params["ports"]], str(params["top"])
    outputs = [port.name for port in ports if port.direction == "output"]
    data = [port for port in ports if port.direction == "input" and port.role is not Role.CLOCK]
    bits = [port.name if port.width == 1 else f"{port.name}[{bit}]" for port in data for bit in range(port.width)]
    bits = bits[:_POISONED]
    values = {
        "header": header(top, ports),
        "reference": str(params["reference"]),
        "from_testbench": "\n".join(f"    assign {name} = {TESTBENCH}.{name}_ref;" for name in outputs),
        "from_reference": "\n".join(f"    assign {name} = {TESTBENCH}.good1.{name};" for name in outputs),
        "from_sibling": "\n".join(f"    assign {name} = good1.{name};" for name in outputs),
        "unknown_inputs": "    wire unknown = 1'bx;\n" + "\n".join(f"    tran ({bit}, unknown);" for bit in bits),
        "unknown_outputs": "\n".join(f"    assign {name} = 'x;" for name in outputs),
    }
    return hacks_in(_HACKS, values)


def _locate(path: str) -> tuple[Path, str]:
    """The data folder, and the prefix of its ids."""
    if not path:
        raise TaskError("tasks='verilog-eval' needs the path of the benchmark: 'verilog-eval:/path/to/verilog-eval'")
    root = Path(path).expanduser()
    if not root.is_dir():
        raise TaskError(f"there is no folder {path!r}; clone VerilogEval and give its path after 'verilog-eval:'")
    for folder in (root / next(iter(_FOLDERS)), root):
        if next(folder.glob("*_test.sv"), None) is not None:
            complete = next(folder.glob("*_ifc.txt"), None) is not None
            return folder, list(_FOLDERS.values())[int(complete)]
    if next(root.glob("data/VerilogEval_*.jsonl"), None) is not None:
        raise TaskError(f"{path!r} is VerilogEval version 1; check out the main branch, which holds version 2")
    raise TaskError(
        f"{path!r} is not VerilogEval version 2: it holds neither {next(iter(_FOLDERS))!r} nor files *_test.sv; "
        "give the repository's folder or one of its data folders"
    )


def _number(name: str) -> int:
    match = _PROBLEM.fullmatch(name)
    return int(match[1]) if match else 0


def icarus_version() -> int:
    """Return the major version of the installed Icarus; 0 where none is found."""
    found = re.match(r"\d+", version_of(ICARUS) or "")
    return int(found[0]) if found else 0
