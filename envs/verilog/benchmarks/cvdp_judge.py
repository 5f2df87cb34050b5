"""Judging as CVDP does: its own cocotb harness drives the candidate, and the harness's exit status decides.

A task asks for it with `bundle.params["judge"] == "cvdp"`. The harness is run as it is, by pytest, in the sandbox
instead of a container; `/code` and `/src` in its files stand for two folders of the scratch folder.

Here checks and candidate meet in one process: the harness's Python, expected values included, runs inside the
simulator. The candidate is Verilog, which has no way to reach Python or the file system once the static rules have
refused every system task, directive and foreign call; that, and no wall, protects the verdict. A pass also needs tests
that ran, as many as of the reference where there is one, and outputs that something drives.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from ecot.envs.errors import TaskError
from ecot.envs.sandbox import ProcessResult, Workspace, view
from ecot.envs.stages import failed, passed, said
from ecot.envs.tools import version_of
from ecot.envs.types import Label, Request, StageResult, Task, digest
from ecot.envs.verilog.benchmarks.cvdp import CODE, HARNESS, RUNNER
from ecot.envs.verilog.benchmarks.scorer import OWN_PASS
from ecot.envs.verilog.diagnostics import parse_icarus, scrub
from ecot.envs.verilog.steps import check_rules, engine, limit
from ecot.envs.verilog.tools import COCOTB

STAGES = ("rules", "compile", "simulate")
_PATHS = re.compile(r"""(?<=["'\s=:(])/(code|src)(?=[/"'\s)])""")
_SEED = "import random\n\nrandom.seed({seed})\n"
_COUNTS = re.compile(r"TESTS=(\d+) PASS=(\d+) FAIL=(\d+)")
_ASSERTION = re.compile(r"^.*?(AssertionError: .*|assert .*)$", re.MULTILINE)
_OURS = re.compile(r"ModuleNotFoundError: .*|ImportError: .*|No module named .*")
_UNDRIVEN = re.compile(r"Wire (\S+)\.\\(\w+)(?: \[\d+\])? is used but has no driver")
_RAN = (0, 1)
"""Exit codes of pytest with which its tests ran; others are a fault of the harness."""


def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """Judge a candidate, stage by stage; the caller stops at the first failure.

    Raises:
        TaskError: the harness does not run here.
        SandboxError: the host is at fault.
    """
    wanted = STAGES if request.stages is None else request.stages
    job = _Job(workspace, request)
    for name in STAGES:
        started = time.perf_counter()
        if name == "simulate" and name not in wanted:
            return
        result = replace(getattr(job, name)(), seconds=time.perf_counter() - started)
        if name in wanted or not result.passed:
            yield result
        if not result.passed:
            return


def reproduces(workspace: Workspace, request: Request) -> bool:
    """Whether there is a check of forgery beside the static rules: there is none.

    Raises:
        TaskError: the reference does not pass here.
    """
    for result in stages(workspace, request):
        if not result.passed:
            words = result.diagnostics[0].message if result.diagnostics else str(result.label)
            raise TaskError(f"task {request.task.id!r} is broken here: its own reference does not pass ({words})")
    return False


@dataclass(frozen=True, slots=True)
class _Ran:
    process: ProcessResult
    tests: int
    passes: int


_expected: dict[str, int] = {}
_lock = threading.Lock()


class _Job:
    """One candidate in one workspace."""

    def __init__(self, workspace: Workspace, request: Request) -> None:
        task = request.task
        self._workspace, self._task, self._entry = workspace, task, task.bundle.entry
        self._top = str(task.bundle.params.get("top", ""))
        self._source = request.candidate.source.encode("utf-8", "replace").decode()
        self._seed = f"{task.id} {request.hidden_seed}"

    def rules(self) -> StageResult:
        """Static rules."""
        self._checked = check_rules(self._workspace, self._source, entry=self._entry, reserved=())
        return self._checked.result

    def compile(self) -> StageResult:
        """Elaborate as cocotb's runner would."""
        _place(self._workspace, self._task, self._source, self._seed)
        sources = _sources(self._task)
        top = ["-s", self._top] if self._top else []
        process = self._workspace.run(["iverilog", "-g2012", *top, "-o", "check.vvp", *sources])
        log, ran = scrub(process.stdout + process.stderr), engine("iverilog")
        if process.exhausted is not None:
            return failed("compile", *limit(process, "iverilog"), engine=ran, log=log)
        found = parse_icarus(log)
        if process.ok:
            return passed("compile", engine=ran, log=log, diagnostics=found)
        faults = (*self._checked.errors, *found) or (
            said("iverilog", "elaboration_error", "the compiler failed without a message"),
        )
        return failed("compile", Label.COMPILATION_ERROR, faults, engine=ran, log=log)

    def simulate(self) -> StageResult:
        """Run the harness."""
        ran = _run(self._workspace, self._task)
        process, name = ran.process, f"{COCOTB.name}-{version_of(COCOTB) or 'missing'} on {engine('iverilog')}"
        text = process.stdout + process.stderr
        log, metrics = scrub(text), {"tests": ran.tests, "tests_passed": ran.passes}
        if process.exhausted is not None:
            return failed("simulate", *limit(process, "vvp"), engine=name, log=log)
        ours = _OURS.search(text)
        if ours or process.exit_code not in _RAN:
            reason = ours[0] if ours else f"pytest ended with {process.exit_code}: {log.strip()[-200:]}"
            raise TaskError(f"task {self._task.id!r} cannot be judged here: its harness does not run ({reason})")
        if process.exit_code or not ran.tests or ran.passes < ran.tests:
            words = list(dict.fromkeys(match[1].strip() for match in _ASSERTION.finditer(log)))[:3]
            shown = words or [f"{ran.passes} of {ran.tests} tests pass"]
            found = tuple(said("cocotb", "test_failed", line[:300]) for line in shown)
            return failed("simulate", Label.MISMATCH, found, engine=name, log=log, metrics=metrics)
        expected = self._expected_tests()
        if expected is not None and ran.tests != expected:
            message = f"{ran.tests} tests ran instead of {expected}"
            return failed("simulate", Label.REJECTED, (said("judge", "forged_verdict", message),), engine=name, log=log)
        undriven = self._undriven()
        if undriven:
            message = f"the output `{undriven[0]}` is not driven, although the tests do not notice"
            wrong = said("judge", "undriven_output", message, symbol=undriven[0])
            return failed("simulate", Label.MISMATCH, (wrong,), engine=name, log=log)
        return passed("simulate", engine=name, log=log, metrics={**metrics, "own_scorer_passes": 1})

    def _expected_tests(self) -> int | None:
        """How many tests the reference's own run has, done once for a task and seed; None where there is none."""
        if not self._task.solution:
            return None
        key = digest([self._task.bundle, self._seed])
        with _lock:
            earlier = _expected.get(key)
        if earlier is not None:
            return earlier
        _place(self._workspace, self._task, self._task.solution[0].text, self._seed)
        ran = _run(self._workspace, self._task)
        _place(self._workspace, self._task, self._source, self._seed)
        if not ran.process.ok:
            raise TaskError(f"task {self._task.id!r} is broken here: its own reference does not pass; leave it out")
        with _lock:
            return _expected.setdefault(key, ran.tests)

    def _undriven(self) -> Sequence[str]:
        """Outputs of the top module that nothing drives, as synthesis sees it; none where it cannot read the design."""
        sources = " ".join(_sources(self._task))
        script = f"read_verilog -sv {sources}; hierarchy -top {self._top}; proc; check"
        process = self._workspace.run(["yosys", "-p", script]) if self._top else None
        if process is None or not process.ok:
            return ()
        return sorted({name for top, name in _UNDRIVEN.findall(process.stdout) if top == self._top})


def own_letter(workspace: Workspace, task: Task, source: str) -> str:
    """Return the letter of the set's own scorer for a source: `.` where pytest exits with 0, else R.

    Raises:
        SandboxError: the host is at fault.
    """
    _place(workspace, task, source, task.id)
    return OWN_PASS if _run(workspace, task).process.ok else "R"


def _place(workspace: Workspace, task: Task, source: str, seed: str) -> None:
    """Write the harness, the given files and the candidate; random draws outside of cocotb get a seed too."""
    root = workspace.run(["pwd"]).stdout.strip()
    for file in task.bundle.files:
        is_harness = file.path.startswith(f"{HARNESS}/")
        workspace.write(file.path, _PATHS.sub(rf"{root}/\1", file.text) if is_harness else file.text)
    if all(file.path != f"{HARNESS}/conftest.py" for file in task.bundle.files):
        workspace.write(f"{HARNESS}/conftest.py", _SEED.format(seed=Random(seed).getrandbits(32)))
    workspace.write(task.bundle.entry, source)


def _sources(task: Task) -> Sequence[str]:
    listed = str(task.bundle.params["variables"].get("VERILOG_SOURCES", "")).split()
    return [path.removeprefix("/") for path in listed] or [task.bundle.entry]


def _run(workspace: Workspace, task: Task) -> _Ran:
    root = workspace.run(["pwd"]).stdout.strip()
    given = {name: value for name, value in task.bundle.params["variables"].items() if name != "PYTHONPATH"}
    variables = {
        **{name: re.sub(r"(^|[\s:])/(code|src)\b", rf"\g<1>{root}/\2", str(value)) for name, value in given.items()},
        "PYTHONPATH": ":".join([f"{root}/{HARNESS}", f"{root}/{CODE}", *view.modules()]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "COCOTB_RANDOM_SEED": "1",
        "COCOTB_ANSI_OUTPUT": "0",
        "NO_COLOR": "1",
    }
    words = [f"{name}={value}" for name, value in variables.items()]
    argv = [view.executable(), "-m", "pytest", "-s", "-p", "no:cacheprovider", "-v", "--rootdir", f"{root}/{HARNESS}"]
    process = workspace.run(["/usr/bin/env", *words, *argv, f"{root}/{RUNNER}"])
    counted = [tuple(map(int, match)) for match in _COUNTS.findall(process.stdout + process.stderr)]
    return _Ran(process, sum(item[0] for item in counted), sum(item[1] for item in counted))
