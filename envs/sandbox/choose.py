"""Which mechanism confines candidates on this machine: tried out, not guessed."""

from __future__ import annotations

import os
from functools import cache

from ecot.envs.errors import ConfigError, SandboxError
from ecot.envs.sandbox import Sandbox
from ecot.envs.sandbox.bubblewrap import Bubblewrap
from ecot.envs.sandbox.landlock import Landlock
from ecot.envs.sandbox.unconfined import Unconfined
from ecot.envs.types import Limits

VARIABLE = "ECOT_SANDBOX"
"""Environment variable: what "auto" stands for."""

_CONFINING = ("bubblewrap", "landlock")
NAMES = ("auto", *_CONFINING, "none")


def choose(name: str = "auto") -> Sandbox:
    """Return the mechanism called `name`; "auto" takes what `ECOT_SANDBOX` names, else the first one that works here.

    Raises:
        ConfigError: there is no such mechanism.
        SandboxError: it does not work here, or none does; the message says what to do.
    """
    if name == "auto":
        name = os.environ.get(VARIABLE) or "auto"
    if name not in NAMES:
        raise ConfigError(f"unknown sandbox {name!r}; use one of: {', '.join(NAMES)}")
    if name == "none":
        return Unconfined()
    candidates = _CONFINING if name == "auto" else (name,)
    reasons = {}
    for candidate in candidates:
        reasons[candidate] = problem(candidate)
        if not reasons[candidate]:
            return _sandbox(candidate)
    told = "; ".join(f"{candidate}: {reason}" for candidate, reason in reasons.items())
    raise SandboxError(
        f"no sandbox works here ({told}). Install bubblewrap and allow unprivileged user namespaces, or use "
        f"a kernel with Landlock (Linux 5.13 or later); or, where the whole machine may be lost, set {VARIABLE}=none"
    )


@cache
def problem(name: str) -> str:
    """What keeps a mechanism from working here, in a sentence; empty where a program ran in it. Found out once."""
    try:
        cell = _sandbox(name).cell()
        try:
            with cell.workspace(Limits(cpu_seconds=10.0)) as workspace:
                ran = workspace.run(["sh", "-c", "echo works"])
        finally:
            cell.close()
    except SandboxError as error:
        return str(error)
    return "" if ran.stdout == "works\n" else f"a program ended with {ran.exit_code} ({ran.stderr.strip()})"


def _sandbox(name: str) -> Sandbox:
    mechanisms: dict[str, Sandbox] = {"bubblewrap": Bubblewrap(), "landlock": Landlock(), "none": Unconfined()}
    return mechanisms[name]
