"""Triton's own library functions in interpreted form, made ahead, so that one process can interpret or compile.

Triton decides at import whether `tl.sum`, `tl.max` and their like are compiled or interpreted. A fork server imports
them once, compiled; a child that interprets puts the interpreted twins in their place.
"""

from __future__ import annotations

import types
from types import ModuleType
from typing import Any

import triton
import triton.experimental.gluon  # Triton imports it at the first launch, which is after the fork
import triton.language as tl
from triton.language import core, math, random, standard
from triton.runtime import interpreter
from triton.runtime.interpreter import InterpretedFunction
from triton.runtime.jit import JITFunction

_MODULES: tuple[ModuleType, ...] = (tl, core, math, random, standard)


def _twins() -> dict[int, Any]:
    made: dict[int, Any] = {}
    for module in _MODULES:
        for value in list(vars(module).values()):
            if isinstance(value, JITFunction) and id(value) not in made:
                twin = InterpretedFunction(value.fn)
                twin.rewrite()
                made[id(value)] = twin
    return made


_TWINS = _twins()


def interpret() -> None:
    """Let every kernel and library function of this process be interpreted from now on."""
    triton.knobs.runtime.interpret = True
    for module in _MODULES:
        for name, value in list(vars(module).items()):
            if id(value) in _TWINS:
                setattr(module, name, _TWINS[id(value)])
    for name, value in list(vars(core.tensor).items()):
        if id(value) in _TWINS:
            setattr(core.tensor, name, _member(_TWINS[id(value)]))
    # As on a GPU, integers wrap; to check each sum for it takes nearly half of the interpreter's time.
    interpreter.interpreter_builder.options = interpreter.InterpreterOptions(sanitize_overflow=False)
    _patch_once()


def _member(twin: Any) -> Any:
    return lambda *args, **named: twin(*args, **named)


def _patch_once() -> None:
    """Do once what the interpreter does, and undoes, around every launch and every call of a library function."""
    everything = types.SimpleNamespace(__globals__={"tl": tl, "core": core})
    interpreter._patch_lang(everything)
    interpreter._patch_lang = lambda function: interpreter._LangPatchScope()
