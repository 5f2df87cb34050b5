"""A whole testbench with delays under Verilator, design and all: translated, compiled and run in the sandbox.

Verilator's runtime is compiled once for a machine, outside the sandbox, as in `runtime.py`.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ecot.envs.errors import ToolchainMissing
from ecot.envs.sandbox import ProcessResult, Workspace, view
from ecot.envs.tools import version_of
from ecot.envs.verilog.tools import COMPILER, VERILATOR
from ecot.envs.verilog.verilated import runtime as once

_PARTS = ("verilated", "verilated_timing", "verilated_threads")
_HEADER = '#include "verilated.h"\n#include "verilated_timing.h"\n'
_TRANSLATE = (
    "verilator_bin", "--cc", "--main", "--exe", "--timing", "--assert", "-Wno-fatal", "-fno-table", "--error-limit",
    "20", "--prefix", "Whole",
)  # fmt: skip
_COMPILE = 'cat "$0"/*.cpp > "$0"/unity.cc && exec g++ "$@"'


@dataclass(frozen=True, slots=True)
class Program:
    """What came of building one.

    Attributes:
        process: Verilator, or the compiler where Verilator succeeded.
        log: what Verilator said.
        translated: whether Verilator succeeded.
    """

    process: ProcessResult
    log: str
    translated: bool


@dataclass(frozen=True, slots=True)
class _Parts:
    folder: Path
    root: str
    flags: tuple[str, ...]


@cache
def _parts() -> _Parts:
    """Verilator's runtime with support for delays, compiled when first asked for on this machine."""
    for tool in (VERILATOR, COMPILER):
        if version_of(tool) is None:
            raise ToolchainMissing(f"testbenches under Verilator need {tool.name}; install with: {tool.install}")
    home = view.built()
    if home is None:
        raise ToolchainMissing("testbenches under Verilator need a folder for its runtime; set XDG_CACHE_HOME")
    root = once._said("verilator", "--getenv", "VERILATOR_ROOT").strip()
    include = f"{root}/include"
    flags = (
        "-std=gnu++20", "-fcoroutines", "-w", "-pipe", "-DVM_COVERAGE=0", "-DVM_SC=0", "-DVM_TRACE=0", f"-I{include}",
        f"-I{include}/vltstd",
    )  # fmt: skip
    facts = [once._said("verilator", "--version"), once._said("g++", "--version"), root, *flags, *_PARTS, _HEADER]
    name = "whole-" + hashlib.sha256("\0".join(facts).encode()).hexdigest()[:16]
    with once._locked(home / "verilated.lock"):
        if not (home / name).is_dir():
            _build(home, name, include, flags)
    return _Parts(home / name, root, flags)


def _build(home: Path, name: str, include: str, flags: Sequence[str]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="building-", dir=home))
    try:
        (folder / "whole.h").write_text(_HEADER)
        once._compile([*flags, "-x", "c++-header", "whole.h", "-o", "whole.h.gch"], folder)
        present = [part for part in _PARTS if Path(include, f"{part}.cpp").exists()]
        for part in present:
            once._compile([*flags, "-O2", "-c", f"{include}/{part}.cpp"], folder)
        for path in folder.iterdir():
            path.chmod(0o644)
        folder.chmod(0o755)
        folder.rename(home / name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def build(
    workspace: Workspace, files: Sequence[str], *, top: str, program: str, warnings: Sequence[str] = ()
) -> Program:
    """Translate and compile a testbench and its design.

    Args:
        workspace: holds the files.
        files: in the order in which they are read, as one unit.
        top: module of the testbench.
        program: path of the result.
        warnings: further flags.

    Raises:
        ToolchainMissing: Verilator or a compiler is not installed.
        SandboxError: the host is at fault.
    """
    made = _parts()
    setting = ["env", f"VERILATOR_ROOT={made.root}"]
    folder = f"{program}.made"
    process = workspace.run([*setting, *_TRANSLATE, "-Mdir", folder, *warnings, "--top-module", top, *files])
    log = process.stdout + process.stderr
    if not process.ok:
        return Program(process, log, translated=False)
    objects = [str(made.folder / f"{part}.o") for part in _PARTS if (made.folder / f"{part}.o").exists()]
    flags = (*made.flags, "-O0", "-include", str(made.folder / "whole.h"), f"-I{folder}", "-o", program)
    # What is compiled comes first: the libraries serve it.
    inputs = ("-x", "c++", f"{folder}/unity.cc", "-x", "none", *objects, "-lpthread", "-latomic")
    return Program(workspace.run(["sh", "-c", _COMPILE, folder, *flags, *inputs]), log, translated=True)
