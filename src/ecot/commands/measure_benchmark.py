"""What `ecot bench --tasks verilog-eval:/path` measures: our judge beside the benchmark's own scripts, on one machine.

Both judge the same candidates, references and mutants, by the same stages (elaboration and simulation), with nothing
known from before. Theirs run as their Makefile runs them, from the user's copy, on candidates that lie where the script
that asks a language model would have put them. They are not confined; the candidates are the benchmark's own references
and single faults in them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ecot.commands.measurements import Finding, Plan
from ecot.envs.domain import Mutation
from ecot.envs.errors import EcotError, ToolchainMissing
from ecot.envs.real import RealBackend
from ecot.envs.types import Candidate, File, Label, Request
from ecot.envs.verilog.benchmarks import testbench
from ecot.envs.verilog.benchmarks.proving import mutants_of
from ecot.envs.verilog.benchmarks.scorer import OWN_PASS, own_verdict
from ecot.envs.verilog.benchmarks.verilog_eval import VerilogEvalSource

SOURCE = "verilog-eval:"
SERIAL_RATIO = 1.8
"""How many times as fast as the benchmark's own serial run we must be."""
_STAGES = ("compile", "simulate")
_QUICK = 12
_QUICK_ROUNDS = 5
"""A plan of no more rounds than these is a quick one."""
_PER_PROBLEM = 2


@dataclass(frozen=True, slots=True)
class _Sample:
    """One candidate for one problem."""

    task_id: str
    name: str
    number: int
    source: str

    @property
    def stem(self) -> str:
        return f"{self.name}/{self.name}_sample{self.number:02d}"


def benchmark_speed(plan: Plan) -> list[Finding]:
    """Time the benchmark's own Makefile, serially and with one job a core, and our judge, on the same candidates.

    Raises:
        TaskError: the path is not the benchmark.
        ToolchainMissing: there is no `make` or `bash`.
        EcotError: the benchmark's own scripts did not judge the candidates.
    """
    source = VerilogEvalSource((plan.tasks or "").removeprefix(SOURCE))
    samples = _samples(source, quick=plan.rounds <= _QUICK_ROUNDS)
    serial, theirs = _own_scripts(source, samples, jobs=1)
    parallel, _ = _own_scripts(source, samples, jobs=plan.cores)
    ours, labels = _our_judge(plan, source, samples, stages=_STAGES)
    full, full_labels = _our_judge(plan, source, samples, stages=None)
    agreed = sum((letter == OWN_PASS) == _fine(label) for letter, label in zip(theirs, labels, strict=True))
    what = f"{len(samples)} candidates of VerilogEval, {plan.cores} workers"
    data = {"serial_seconds": serial, "parallel_seconds": parallel, "seconds": ours, "full_seconds": full}
    return [
        Finding(
            name=f"{what}: elaborate and simulate, against the own scripts one by one",
            figure=f"{serial / ours:.2f} times ({ours:.1f} s against {serial:.1f} s); verdicts agree on {agreed}",
            target=f">= {SERIAL_RATIO:g} times",
            passed=serial >= SERIAL_RATIO * ours,
            data=data,
        ),
        Finding(
            name=f"{what}: the same, against the own scripts with -j{plan.cores}",
            figure=f"{parallel / ours:.2f} times ({ours:.1f} s against {parallel:.1f} s)",
            target=">= 1 times",
            passed=parallel >= ours,
        ),
        Finding(
            name=f"{what}: all five stages",
            figure=f"{full:.1f} s, {full / len(samples) * 1e3:.0f} ms a candidate; "
            f"{sum(label is Label.PASS for label in full_labels)} pass",
        ),
    ]


def _samples(source: VerilogEvalSource, *, quick: bool) -> Sequence[_Sample]:
    """The reference of every problem and one mutant."""
    ids = source.ids()
    step = max(1, len(ids) // _QUICK) if quick else 1
    found = []
    for task_id in ids[::step]:
        task, name = source[task_id], task_id.partition("/")[2]
        faults: Sequence[Mutation] = mutants_of(task, 1)
        texts = [task.solution[0].text, *(fault.source for fault in faults)]
        # A problem whose reference holds nothing to mutate has the reference twice: the Makefile wants equal counts.
        texts += texts[: _PER_PROBLEM - len(texts)]
        found += [_Sample(task_id, name, number, text) for number, text in enumerate(texts, start=1)]
    return found


def _own_scripts(source: VerilogEvalSource, samples: Sequence[_Sample], *, jobs: int) -> tuple[float, list[str]]:
    """Seconds that the benchmark's Makefile takes to test the samples, and its scorer's letter for each.

    Its analysis imports packages of a language model's client, so that only what it reads, the logs, is made and timed.
    """
    for tool in ("make", "bash", "iverilog"):
        if shutil.which(tool) is None:
            raise ToolchainMissing(f"{tool} is missing, which the benchmark's own scripts need; install it")
    root = source.folder.parent
    with tempfile.TemporaryDirectory(prefix="ecot-own-scripts-") as name:
        folder = Path(name)
        for sample in samples:
            path = folder / f"{sample.stem}.sv"
            path.parent.mkdir(exist_ok=True)
            path.write_text(sample.source, encoding="utf-8")
        problems = sorted({sample.name for sample in samples})
        (folder / "chosen.txt").write_text("".join(f"{problem}\n" for problem in problems), encoding="utf-8")
        task = source.folder.name.removeprefix("dataset_")
        options = [f"--with-task={task}", f"--with-samples={_PER_PROBLEM}", "--with-problems=chosen.txt"]
        _run(["bash", str(root / "configure"), *options], folder)
        began = time.perf_counter()
        _run(["make", f"-j{jobs}", "SHELL=/bin/bash", "sv-iv-test"], folder)
        seconds = time.perf_counter() - began
        letters = []
        for sample in samples:
            log = folder / f"{sample.stem}-sv-iv-test.log"
            if not log.is_file():
                raise EcotError(f"the benchmark's own scripts left no log of {sample.stem}; run its Makefile by hand")
            letters.append(own_verdict(log.read_text(encoding="utf-8", errors="replace")))
        return seconds, letters


def _run(argv: Sequence[str], folder: Path) -> None:
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        words = (done.stdout + done.stderr).strip()[-500:]
        raise EcotError(f"the benchmark's own {argv[0]} failed in a folder of its own: {words}")


def _our_judge(
    plan: Plan, source: VerilogEvalSource, samples: Sequence[_Sample], *, stages: tuple[str, ...] | None
) -> tuple[float, list[Label]]:
    """Seconds that our judge takes, the start of its workers and the runs of the references included."""
    requests = []
    for sample in samples:
        task = source[sample.task_id]
        candidate = Candidate((File(task.bundle.entry, sample.source),))
        requests.append(Request(task=task, candidate=candidate, stages=stages))
    testbench.forget()
    began = time.perf_counter()
    with closing(RealBackend(workers=plan.cores, sandbox=plan.sandbox)) as backend:
        outcomes = [future.result() for future in [backend.submit(request) for request in requests]]
    return time.perf_counter() - began, [outcome.label for outcome in outcomes]


def _fine(label: Label) -> bool:
    return label in (Label.PASS, Label.UNVERIFIED)
