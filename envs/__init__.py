"""The ground floor: what a task is, how code is judged, the record of it. Every sub-package that is a domain registers."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    if _module.ispkg:
        import_module(f"{__name__}.{_module.name}")
