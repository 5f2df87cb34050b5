"""ECoT Gym: reinforcement-learning environments for industrial code, judged by real toolchains.

Importing this package registers every environment with Gymnasium and nothing else.
"""

from __future__ import annotations

import ecot.envs

__all__ = ["__version__"]

__version__ = "0.1.0"
