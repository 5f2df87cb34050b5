"""Callables that import their module when they are first called, so that registering a domain stays light."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["deferred"]


def deferred(place: str) -> Callable[..., Any]:
    """Return a stand-in for a function or class of a module that is not imported yet.

    Args:
        place: module and name, such as `ecot.envs.verilog.toolchain:score`.

    >>> deferred("math:hypot")(3, 4)
    5.0
    """
    module, _, name = place.partition(":")

    def call(*arguments: Any, **named: Any) -> Any:
        return getattr(import_module(module), name)(*arguments, **named)

    return call
