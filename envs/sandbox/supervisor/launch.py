"""Starts the supervisor or its fork server: run as a file, by an isolated interpreter that was told of no packages.

The package above is entered without its `__init__` modules, which would import every domain.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path

_HERE = Path(__file__).parent


def _enter_package() -> None:
    for level, name in enumerate(("ecot.envs.sandbox.supervisor", "ecot.envs.sandbox", "ecot.envs", "ecot")):
        package = types.ModuleType(name)
        package.__path__ = [str((_HERE, *_HERE.parents)[level])]
        sys.modules[name] = package


if __name__ == "__main__":
    _enter_package()
    from ecot.envs.sandbox.supervisor.program import main

    sys.exit(main(sys.argv[1:]))
