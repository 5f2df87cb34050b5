"""The launch record: each distinct way in which a candidate launches a kernel, as the real compiler needs it.

A launch is `{"kernel", "signature", "constants", "divisible", "ones", "options", "grid", "line"}`. Triton goes by
types, by which integers are 1 and which values are multiples of 16, and by compile-time constants; the record holds
just that, so that what is compiled is what a GPU would run.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any

import torch
import triton
import triton.language as tl
from triton.runtime import autotuner, interpreter, jit

from ecot.envs.gpu.workers.access import AccessRecord, KernelFault, candidate_line

OPTIONS = ("num_warps", "num_stages", "num_ctas", "maxnreg")
MOST_LAUNCHES = 64
"""Distinct launches that are kept."""
_GRID_LIMITS = (2**31 - 1, 65_535, 65_535)
_ALIGNMENT = 16


class LaunchRecord:
    """Watches `kernel[grid](...)`, autotuned or not.

    Args:
        access: is told when a launch begins and ends.
        look_away: a context in which host operators are not the candidate's.

    Attributes:
        seen: the distinct launches.
        count: of all launches.
        trace: a digest of all launches in order, with their numbers.
        turn: which configuration of an autotuned kernel is run.
    """

    def __init__(self, access: AccessRecord, look_away: Callable[[], Any]) -> None:
        self._access = access
        self._look_away = look_away
        self._run = interpreter.InterpretedFunction.run
        self.seen: dict[str, dict[str, Any]] = {}
        self.count = 0
        self.turn = 0
        self.trace = hashlib.sha256()

    def install(self) -> None:
        """Stand in for Triton's own launch of this process, for good."""
        record = self

        def run(function: Any, *args: Any, grid: Any, warmup: bool, **kwargs: Any) -> None:
            record._launch(function, args, grid, kwargs, run=not warmup)

        def run_tuned(tuner: Any, *args: Any, **kwargs: Any) -> None:
            record._launch_tuned(tuner, args, kwargs)

        interpreter.InterpretedFunction.run = run
        autotuner.Autotuner.run = run_tuned

    def _launch_tuned(self, tuner: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Record every configuration, and run one: another in each call, as a GPU may choose any."""
        tuner.nargs = dict(zip(tuner.arg_names, args, strict=False))
        configs = tuner.prune_configs(kwargs)
        chosen = configs[self.turn % len(configs)]
        for config in configs:
            if config is not chosen:
                tuner.fn.run(*args, **{**kwargs, "warmup": True}, **config.all_kwargs())
        if chosen.pre_hook is not None:
            chosen.pre_hook({**tuner.nargs, **kwargs, **chosen.all_kwargs()})
        tuner.fn.run(*args, **kwargs, **chosen.all_kwargs())

    def _launch(self, function: Any, args: tuple[Any, ...], grid: Any, kwargs: dict[str, Any], *, run: bool) -> None:
        names = function.arg_names
        options = {name: kwargs[name] for name in OPTIONS if kwargs.get(name) is not None}
        try:
            bound = inspect.signature(function.fn).bind(
                *args, **{name: value for name, value in kwargs.items() if name in names}
            )
        except TypeError as error:
            raise KernelFault("RUNTIME_ERROR", "launch_arguments", f"`{function.__name__}`: {error}") from None
        bound.apply_defaults()
        values = dict(bound.arguments)
        size = self._grid(grid, {**values, **options}) if run else (1, 1, 1)
        facts = self._describe(function, values, options)
        key = json.dumps(facts, sort_keys=True)
        if key not in self.seen and len(self.seen) < MOST_LAUNCHES:
            self.seen[key] = {**facts, "grid": list(size), "line": candidate_line()}
        if not run:
            return
        self.count += 1
        self.trace.update(json.dumps([facts, size, [_plain(value) for value in values.values()]]).encode())
        parts = [(name, part) for name, value in values.items() for part in _parts(value)]
        tensors = [(name, part) for name, part in parts if isinstance(part, torch.Tensor)]
        with self._look_away():
            self._access.begin(tensors)
            try:
                self._run(function, *bound.args, grid=size, warmup=False, **bound.kwargs)
            finally:
                self._access.end()

    def _grid(self, grid: Any, values: Mapping[str, Any]) -> tuple[int, ...]:
        size = grid(values) if callable(grid) else grid
        size = tuple(int(extent) for extent in (size if isinstance(size, tuple | list) else (size,)))
        if not 1 <= len(size) <= 3:
            raise KernelFault("RUNTIME_ERROR", "launch_grid", f"a grid has one to three dimensions, not {len(size)}")
        for extent, limit in zip(size, _GRID_LIMITS, strict=False):
            if not 0 <= extent <= limit:
                message = f"the grid {size} does not fit: its dimensions end at {_GRID_LIMITS}"
                raise KernelFault("RESOURCE_LIMIT", "grid_limit", message)
        return size

    def _describe(self, function: Any, values: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
        annotated = _constexprs(function.fn)
        signature: dict[str, str] = {}
        constants: dict[str, Any] = {}
        divisible: list[str] = []
        ones: list[str] = []
        for name, value in values.items():
            if (
                name in annotated
                or value is None
                or isinstance(value, str | tl.dtype | tl.constexpr)
                or callable(value)
            ):
                signature[name], constants[name] = "constexpr", constant(value)
            elif isinstance(value, int) and not isinstance(value, bool) and value == 1:
                signature[name], constants[name] = "constexpr", 1
                ones.append(name)
            else:
                signature[name] = _type_of(name, value)
                aligned = value.data_ptr() if isinstance(value, torch.Tensor) else value
                if isinstance(aligned, int) and not isinstance(aligned, bool) and aligned % _ALIGNMENT == 0:
                    divisible.append(name)
        return {
            "kernel": function.__name__,
            "signature": signature,
            "constants": constants,
            "divisible": divisible,
            "ones": ones,
            "options": dict(options),
        }


def _parts(value: Any) -> tuple[Any, ...]:
    """An argument, or what a tuple of arguments holds."""
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def _plain(value: Any) -> Any:
    """What a launch was given, memory addresses apart."""
    if isinstance(value, torch.Tensor):
        return [str(value.dtype), list(value.shape), list(value.stride()), value.storage_offset()]
    return value if isinstance(value, bool | int | float) else str(constant(value))


def _type_of(name: str, value: Any) -> str:
    try:
        return str(jit.mangle_type(value))
    except (TypeError, KeyError, AttributeError):
        message = f"argument `{name}` is a {type(value).__name__}; a kernel takes tensors, numbers and constants"
        raise KernelFault("RUNTIME_ERROR", "launch_arguments", message, symbol=name) from None


def _constexprs(function: Any) -> frozenset[str]:
    hints = inspect.get_annotations(function)
    return frozenset(name for name, hint in hints.items() if hint is tl.constexpr or "constexpr" in str(hint))


def constant(value: Any) -> Any:
    """Return a compile-time constant as a JSON value."""
    value = value.value if isinstance(value, tl.constexpr) else value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tl.dtype):
        return {"dtype": value.name}
    if isinstance(value, tuple | list):
        return {"tuple": [constant(item) for item in value]}
    if isinstance(value, interpreter.InterpretedFunction):
        return {"function": value.__name__}
    message = f"a {type(value).__name__} cannot be a compile-time constant of a kernel"
    raise KernelFault("RUNTIME_ERROR", "launch_arguments", message)


def version() -> str:
    """Return the version of Triton."""
    return str(triton.__version__)
