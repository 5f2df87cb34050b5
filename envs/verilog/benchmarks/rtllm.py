"""RTLLM (v1.1 and v2) as a task source, read from its folders on disk: a description, a testbench, a verified design.

Where names disagree the testbench decides: its instance names the module and its ports. Files that lie beside a
testbench are data that it reads, and belong to the task.
"""

from __future__ import annotations

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
from ecot.envs.verilog.benchmarks.under_test import UnderTest, under_test
from ecot.envs.verilog.benchmarks.verilog_eval import SPLIT, Flaw
from ecot.envs.verilog.driver import clock_of
from ecot.envs.verilog.family import Role
from ecot.envs.verilog.source import ENV_ID, port_facts, port_from
from ecot.envs.verilog.texts import hacks_in, header

LIMITS = Limits(cpu_seconds=8.0, memory_mib=1024, processes=16, scratch_mib=64, output_kib=512)
"""The benchmark itself gives a simulation eight seconds."""
TIMESCALE = "1ns/1ns"
"""The benchmark passes this to its simulator, for sources without a timescale."""
_HACKS = "ecot.envs.verilog.benchmarks.selfcheck_hacks"
_PASS_LINE = "===========Your Design Passed==========="  # noqa: S105  (no password)
_PREFIX = {1: "rtllm-v1", 2: "rtllm"}
_DATA = frozenset({".txt", ".dat", ".hex", ".mem"})
_OWN_FILES = frozenset({"design_description.txt", "testbench.v", "makefile"})
_LEVELS = 5
_BOTH = tuple(_PREFIX.values())
_NEWER = "which Icarus understands from version 12 on"
_VACUOUS = Flaw(
    reason="its testbench takes random numbers modulo 1 << 32, which is 0, so that all inputs are unknown and every "
    "design that answers x passes",
    sets=_BOTH,
)
FLAWS: Mapping[str, Flaw] = MappingProxyType(
    {
        "asyn_fifo": Flaw(reason=f"its testbench uses `break`, {_NEWER}", before=12, sets=_BOTH),
        "clkgenerator": Flaw(
            reason="its testbench samples at the very edge that the design makes, and the order is a race", sets=_BOTH
        ),
        "div_16bit": Flaw(reason="its testbench declares `expected_result` twice", sets=(_PREFIX[1],)),
        "fixed_point_adder": _VACUOUS,
        "fixed_point_substractor": _VACUOUS,
        "radix2_div": Flaw(reason="its reference fails checks of its own testbench (upstream issue 20)", sets=_BOTH),
        "ring_counter": Flaw(reason=f"its testbench initialises an array by a list, {_NEWER}", before=12, sets=_BOTH),
    }
)
"""By design; each was measured with Icarus 11, the remedy by a newer Icarus is as upstream and its users report."""


@dataclass(frozen=True, slots=True)
class _Design:
    """One folder of the benchmark."""

    folder: Path
    reference: Path
    data: tuple[Path, ...]


class RtllmSource:
    """The designs of RTLLM, all in split `test`.

    Args:
        path: of the repository, at main (version 2) or at branch v1.1; or of one of version 2's four groups.

    Raises:
        TaskError: the path is not the benchmark; the message says what is missing.
    """

    def __init__(self, path: str) -> None:
        if not path:
            raise TaskError("tasks='rtllm' needs the path of the benchmark: 'rtllm:/path/to/RTLLM'")
        self._root = Path(path).expanduser()
        if not self._root.is_dir():
            raise TaskError(f"there is no folder {path!r}; clone RTLLM and give its path after 'rtllm:'")
        self._designs = dict(sorted((design.folder.name, design) for design in _designs(self._root)))
        if not self._designs:
            raise TaskError(f"{path!r} is not RTLLM: no folder in it holds design_description.txt and testbench.v")
        # Version 1 keeps its designs at the top, version 2 in folders by topic.
        version = 1 if all(design.folder.parent == self._root for design in self._designs.values()) else 2
        self._prefix = _PREFIX[version]

    def __len__(self) -> int:
        return len(self._sound)

    @property
    def broken(self) -> Mapping[str, str]:
        """The reason by id of every design that is known to be broken, with this version of Icarus."""
        return {
            f"{self._prefix}/{name}": FLAWS[name].reason
            for name in self._designs
            if name in FLAWS and FLAWS[name].holds(self._prefix)
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
        if prefix != self._prefix or name not in self._designs:
            example = f"{self._prefix}/{next(iter(self._designs))}"
            raise TaskError(f"unknown task {task_id!r} in {str(self._root)!r}; ids look like {example!r}")
        return self._task(task_id, self._designs[name])

    def hacks(self, task_id: str) -> Sequence[Hack]:
        """The cheats that are kept against testbenches of this kind, written for the ports of a task."""
        return selfcheck_hacks(self[task_id], pass_line=_PASS_LINE)

    @cached_property
    def _sound(self) -> tuple[str, ...]:
        broken = self.broken
        return tuple(task_id for name in self._designs if (task_id := f"{self._prefix}/{name}") not in broken)

    @cached_property
    def _by_size(self) -> Sequence[str]:
        """The set has no order by difficulty; designs with shorter references come first."""
        return sorted(self._designs, key=lambda name: (self._designs[name].reference.stat().st_size, name))

    def _task(self, task_id: str, design: _Design) -> Task:
        bench, reference = _text(design.folder / "testbench.v"), _text(design.reference)
        try:
            found = under_test(bench, reference)
        except TaskError as error:
            raise TaskError(f"{str(design.folder)!r}: {error}") from None
        description = _text(design.folder / "design_description.txt").strip()
        values = {"prompt": description, "top": found.top, "interface": parametrised_header(found)}
        place = self._by_size.index(design.folder.name)
        return selfchecking_task(
            found,
            bench,
            task_id=task_id,
            instruction=fill(load("ecot.envs.verilog.benchmarks", "rtllm.md"), values),
            data=tuple(File(item.name, _text(item), Audience.JUDGE) for item in design.data),
            own_rule="rtllm",
            timescale=TIMESCALE,
            limits=LIMITS,
            level=1 + place * _LEVELS // len(self._designs),
            family=self._prefix,
        )


def selfchecking_task(
    found: UnderTest,
    bench: str,
    *,
    task_id: str,
    instruction: str,
    own_rule: str,
    timescale: str,
    limits: Limits,
    level: int,
    family: str,
    data: tuple[File, ...] = (),
) -> Task:
    """Return a task that is judged by a testbench which checks the design by itself.

    Args:
        found: what the testbench tests.
        bench: the testbench.
        task_id: of the task.
        instruction: complete.
        own_rule: name of the set's own criterion.
        timescale: of a source without one.
        limits: of each program.
        level: 1 to 5.
        family: of the set.
        data: files that the testbench reads.
    """
    clocks = [port for port in found.ports if port.role is Role.CLOCK]
    params = {
        "judge": "selfchecking",
        "own_rule": own_rule,
        "top": found.top,
        "ports": [port_facts(port) for port in found.ports],
        "clock": clock_of(found.ports) if len(clocks) == 1 else "",
        "testbench": found.testbench,
        "path": found.path,
        "testbench_file": "testbench.v",
        "overrides": dict(found.overrides),
        "timescale": timescale,
    }
    entry = f"{found.top}.v"
    return Task(
        id=task_id,
        env_id=ENV_ID,
        instruction=instruction,
        bundle=EnvironmentBundle(
            files=(File("testbench.v", bench, Audience.JUDGE), *data), entry=entry, params=params, limits=limits
        ),
        solution=(File(entry, found.solution),),
        level=level,
        family=family,
        tags=("imported", family, "clocked" if clocks else "combinational"),
    )


def selfcheck_hacks(task: Task, *, pass_line: str) -> Sequence[Hack]:
    """Return the cheats that are kept against testbenches which print their own verdict, written for a task's ports."""
    params = task.bundle.params
    ports = [port_from(item) for item in params["ports"]]
    outputs = [port for port in ports if port.direction == "output"]
    plain = header(str(params["top"]), ports)
    values = {
        "header": _with_parameters(plain, params["overrides"]),
        "pass_line": pass_line,
        "testbench": str(params["testbench"]),
        "outputs_as_x": "\n".join(f"    assign {port.name} = {{{port.width}{{1'bx}}}};" for port in outputs),
    }
    return hacks_in(_HACKS, values)


def parametrised_header(found: UnderTest) -> str:
    """Return the module header that a testbench asks for, with the parameters that it sets."""
    return _with_parameters(header(found.top, found.ports), found.overrides)


def _with_parameters(text: str, overrides: Mapping[str, str]) -> str:
    parameters = ", ".join(f"parameter {name} = {value}" for name, value in overrides.items())
    return text.replace(" (", f" #({parameters}) (", 1) if parameters else text


def _designs(root: Path) -> Sequence[_Design]:
    """Folders that start with an underscore hold answers of language models."""
    found = []
    for bench in root.rglob("testbench.v"):
        folder = bench.parent
        inner = folder.relative_to(root).parts
        if any(part.startswith("_") for part in inner) or not (folder / "design_description.txt").is_file():
            continue
        verified = sorted(folder.glob("verified_*.v"))
        if len(verified) != 1:
            raise TaskError(f"{str(folder)!r} holds {len(verified)} files verified_*.v instead of one")
        data = sorted(item for item in folder.iterdir() if _is_data(item))
        found.append(_Design(folder, verified[0], tuple(data)))
    return found


def _is_data(path: Path) -> bool:
    return path.is_file() and path.name not in _OWN_FILES and path.suffix in _DATA


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise TaskError(f"{str(path)!r} cannot be read ({error}); the copy of RTLLM is incomplete") from None
