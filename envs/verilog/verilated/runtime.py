"""What is compiled once for a machine: Verilator's runtime, the program that plays vectors, a precompiled header.

All of it is source of ours and of Verilator's, so it is compiled outside the sandbox, into the one folder that the
programs of every cell may read and none may write. A folder is complete or not there: it is renamed into place.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from ecot.envs.errors import SandboxError, ToolchainMissing
from ecot.envs.sandbox import view
from ecot.envs.tools import version_of
from ecot.envs.verilog.tools import COMPILER, VERILATOR

_SOURCES = ("model.h", "runner.cpp")
_OWN_ENDS = ("-DVL_USER_FATAL", "-DVL_USER_FINISH", "-DVL_USER_STOP")
"""The runtime calls functions of `runner.cpp` where a design fails or ends the simulation."""
_BUILD_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Runtime:
    """Where it lies, and what a candidate's translation must be compiled with to fit.

    Attributes:
        folder: holds `model.h`, precompiled, and the program `runner`.
        root: of Verilator's installation.
        flags: of the compiler.
    """

    folder: Path
    root: str
    flags: tuple[str, ...]


@cache
def runtime() -> Runtime:
    """Return the runtime, compiled when first asked for on this machine.

    Raises:
        ToolchainMissing: Verilator or a C++ compiler is not installed, or there is no folder to keep the result in.
        SandboxError: it does not compile.
    """
    for tool in (VERILATOR, COMPILER):
        if version_of(tool) is None:
            raise ToolchainMissing(f"the target 'verilator' needs {tool.name}; install with: {tool.install}")
    home = view.built()
    if home is None:
        raise ToolchainMissing("the target 'verilator' needs a folder to compile its runtime into; set XDG_CACHE_HOME")
    root = _said("verilator", "--getenv", "VERILATOR_ROOT").strip()
    include = f"{root}/include"
    flags = ("-std=gnu++17", "-O1", "-fPIC", "-w", f"-I{include}", f"-I{include}/vltstd")
    facts = [_said("verilator", "--version"), _said("g++", "--version"), root, *flags, *map(_text, _SOURCES)]
    name = "verilated-" + hashlib.sha256("\0".join(facts).encode()).hexdigest()[:16]
    with _locked(home / "verilated.lock"):
        if not (home / name).is_dir():
            _build(home, name, include, flags)
    return Runtime(home / name, root, flags)


def _build(home: Path, name: str, include: str, flags: Sequence[str]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="building-", dir=home))
    try:
        for source in _SOURCES:
            (folder / source).write_text(_text(source))
        _compile([*flags, "-x", "c++-header", "model.h", "-o", "model.h.gch"], folder)
        parts = ["runner.cpp", f"{include}/verilated.cpp"]
        if Path(include, "verilated_threads.cpp").exists():
            parts.append(f"{include}/verilated_threads.cpp")
        _compile([*flags, *_OWN_ENDS, *parts, "-rdynamic", "-o", "runner", "-ldl", "-lpthread", "-latomic"], folder)
        for path in folder.iterdir():
            path.chmod(0o755 if path.name == "runner" else 0o644)
        folder.chmod(0o755)
        folder.rename(home / name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _compile(arguments: Sequence[str], folder: Path) -> None:
    done = subprocess.run(
        ["g++", *arguments], cwd=folder, capture_output=True, text=True, timeout=_BUILD_SECONDS, check=False
    )
    if done.returncode:
        raise SandboxError(f"Verilator's runtime does not compile on this machine: {done.stderr.strip()[-500:]}")


def _said(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, timeout=_BUILD_SECONDS, check=False).stdout


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time compiles; the others wait and find it done."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
