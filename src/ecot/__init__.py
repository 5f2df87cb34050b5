"""ECoT Gym: reinforcement-learning environments for industrial code, judged by real toolchains.

Importing this package registers every environment with Gymnasium; it pulls in no toolchain and no model.
"""

from __future__ import annotations

import ecot.envs as _envs
from ecot.envs.backend import Backend
from ecot.envs.backends import register_backend
from ecot.envs.deferred import deferred
from ecot.envs.domain import Domain, domains, register
from ecot.envs.errors import EcotError
from ecot.envs.types import (
    Candidate,
    Diagnostic,
    EnvironmentBundle,
    Label,
    Limits,
    Outcome,
    Provenance,
    Request,
    StageResult,
    Task,
    Trajectory,
    Turn,
)

__all__ = [
    "Backend",
    "Candidate",
    "Diagnostic",
    "Domain",
    "EcotError",
    "EnvironmentBundle",
    "Label",
    "Limits",
    "Outcome",
    "Provenance",
    "Request",
    "StageResult",
    "Task",
    "Trajectory",
    "Turn",
    "__version__",
    "domains",
    "register",
]

__version__ = "0.1.0"
_envs.register_domains()
register_backend(
    "surrogate", deferred("ecot.world_model.shipped:surrogate"), check=deferred("ecot.world_model.shipped:check")
)
register_backend(
    "hybrid", deferred("ecot.world_model.shipped:hybrid"), check=deferred("ecot.world_model.shipped:check_all")
)
