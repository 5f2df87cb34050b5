"""What a record says of where it came from: the digests of the judge and of the texts, and the versions."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from ecot.envs.domain import Domain, domain_of

_EVERY_JUDGE = ("ecot.envs.sandbox",)
_EVERY_MODULE = (
    "types.py",
    "encoding.py",
    "domain.py",
    "backend.py",
    "real.py",
    "prompts.py",
    "repair.py",
    "repair_judge.py",
    "repair_answers.py",
)


@cache
def package_version() -> str:
    """Return the installed version of this package, `unknown` in a bare tree."""
    try:
        return importlib.metadata.version("ecot-gym")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def judge_digest(domain: Domain) -> str:
    """Return a digest of all source that decides a verdict: the domain's packages, the sandbox, the nouns."""
    return _judge_digest(domain.id)


@cache
def _judge_digest(env_id: str) -> str:
    total = hashlib.sha256()
    for package in (*domain_of(env_id).judge_packages, *_EVERY_JUDGE):
        for name, data in _sources(files(package), package):
            total.update(f"{name}\0{len(data)}\0".encode() + data)
    for name in _EVERY_MODULE:
        data = files("ecot.envs").joinpath(name).read_bytes()
        total.update(f"{name}\0{len(data)}\0".encode() + data)
    return total.hexdigest()[:32]


def _sources(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = f"{prefix}/{item.name}"
        if item.is_dir():
            if item.name != "__pycache__":
                yield from _sources(item, name)
        elif not item.name.endswith(".pyc"):
            yield name, item.read_bytes()
