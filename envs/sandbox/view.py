"""What programs in a cell may see of this machine: the system, the interpreter with its packages, and not this one.

Our own package holds solutions and checks. It is kept out of sight wherever it is installed.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import ecot

VARIABLE = "ECOT_SANDBOX_PATHS"
"""Environment variable: more files and folders, separated by colons, that programs may read."""

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix/store", "/gnu/store")
_SETTINGS = (
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
)
_PARTS_OF_PREFIX = ("bin", "lib", "lib64", "include", "share")


@cache
def package() -> Path:
    """The folder of this package, as it is imported."""
    return Path(ecot.__path__[0]).absolute()


@cache
def own() -> tuple[Path, ...]:
    """Folders that hold this package, links resolved."""
    rooms = {room.resolve() for room in package().iterdir() if room.is_dir()}
    whole = package().resolve()
    return (whole, *sorted(room for room in rooms if not room.is_relative_to(whole)))


@cache
def system() -> tuple[Path, ...]:
    """What every program needs, and what the user added."""
    added = tuple(filter(None, os.environ.get(VARIABLE, "").split(":")))
    folder = built()
    ours = () if folder is None else (folder,)
    return tuple(path for path in map(Path, (*_SYSTEM, *_SETTINGS, *ours, *added)) if path.exists())


@cache
def built() -> Path | None:
    """Return the folder of what judges compile once for all candidates, such as the runtime of a simulator.

    It is made where it is missing, before the first cell, as a cell shows folders that exist. Programs read it; nobody
    but the present user writes it. Root's lies where those may go whom root's programs run as. None where there is no
    such place.
    """
    home = os.environ.get("XDG_CACHE_HOME", "")
    user = Path(home) if home.startswith("/") else Path("~/.cache").expanduser()
    folder = (Path("/var/cache") if os.getuid() == 0 else user) / "ecot" / "built"
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        facts = folder.stat()
    except (OSError, RuntimeError):
        return None
    return folder.resolve() if facts.st_uid == os.getuid() and not facts.st_mode & 0o022 else None


@cache
def interpreter() -> tuple[Path, ...]:
    """What Python and its packages need beyond the system, real paths."""
    prefixes = {Path(prefix) for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix)}
    wanted = [prefix / part for prefix in prefixes for part in _PARTS_OF_PREFIX]
    wanted += [Path(sysconfig.get_path(name)) for name in ("purelib", "platlib", "stdlib", "platstdlib")]
    wanted += [Path(entry) for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")]
    existing = sorted({path.resolve() for path in wanted if path.is_dir()})
    kept: list[Path] = []
    for path in existing:
        if not any(path.is_relative_to(other.resolve()) for other in (*system(), *kept)):
            kept.append(path)
    return tuple(kept)


def executable() -> str:
    """The interpreter itself, outside any virtual environment."""
    return os.path.realpath(sys.executable)


def modules() -> list[str]:
    """Where the present process imports from, as far as a cell may see it; not the folder it was started in."""
    visible = [path.resolve() for path in (*system(), *interpreter())]
    entries = [Path(entry).resolve() for entry in sys.path if entry and Path(entry).is_absolute()]
    return [str(entry) for entry in entries if any(entry.is_relative_to(path) for path in visible)]


def search_path() -> str:
    """The `PATH` of programs: what the present one holds, as far as a cell may see it."""
    visible = [path.resolve() for path in (*system(), *interpreter())]
    entries = (*os.environ.get("PATH", "").split(":"), "/usr/local/bin", "/usr/bin", "/bin")
    kept = [e for e in entries if e.startswith("/") and any(Path(e).resolve().is_relative_to(p) for p in visible)]
    return ":".join(dict.fromkeys(kept))


def without(paths: Iterable[Path], hidden: Sequence[Path]) -> Iterator[Path]:
    """The same files without the hidden ones: a folder above one of those is replaced by what lies in it."""
    for path in paths:
        real = path.resolve()
        if any(real.is_relative_to(item) for item in hidden):
            continue
        if real.is_dir() and any(item.is_relative_to(real) for item in hidden):
            yield from without(sorted(real.iterdir()), hidden)
        else:
            yield path
