"""The ground floor: what a task is, how code is judged, the record of it."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules


def register_domains() -> None:
    """Import every sub-package; those that are domains register themselves."""
    for module in iter_modules(__path__):
        if module.ispkg:
            import_module(f"{__name__}.{module.name}")
