"""The dispatch record: every torch operator that a candidate calls, and the shim that plays a GPU to its host code.

A kernel task is solved by kernels. So the candidate's host code may allocate, make views, copy an input into another
layout and cast weights; whatever else torch computes for it is listed, by operator and line. The shim lets code that
asks for `cuda` run unchanged where there is none: the device is granted in name and the memory is the host's.
"""

from __future__ import annotations

import contextlib
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from ecot.envs.gpu.workers.access import candidate_line

ALLOCATIONS = frozenset(
    """
    empty empty_like empty_strided new_empty new_empty_strided zeros zeros_like new_zeros ones ones_like new_ones full
    full_like new_full zero_ fill_ arange scalar_tensor lift_fresh
    """.split()  # noqa: SIM905 - quotes would hide the words
)
VIEWS = frozenset(
    """
    view _unsafe_view _reshape_alias reshape expand expand_as permute transpose t slice select squeeze unsqueeze
    as_strided detach alias unbind split split_with_sizes chunk narrow unfold view_as movedim swapaxes flatten
    """.split()  # noqa: SIM905
)
COPIES = frozenset({"clone", "contiguous"})
CASTS = frozenset({"_to_copy"})
"""Allowed on weights, and on what is cast to the type that it has."""
_UNWRITTEN = frozenset({"empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided"})
_DEVICE = torch.device("cuda", 0)
_QUERIES = {
    "is_available": True,
    "device_count": 1,
    "current_device": 0,
    "synchronize": None,
    "get_device_name": "interpreter",
    "get_device_capability": (9, 0),
    "is_initialized": True,
}
_PROPERTIES = types.SimpleNamespace(
    name="interpreter", major=9, minor=0, multi_processor_count=132, warp_size=32, total_memory=80 << 30
)


class DispatchRecord(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Lists operators and poisons fresh memory.

    Args:
        weights: addresses of the storages of the module's parameters and buffers.
        copies: whether a copy into another layout is allowed.
    """

    def __init__(self, weights: frozenset[int], *, copies: bool) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._weights = set(weights)
        self._copies = copies
        self.paused = False
        self.operators: dict[str, int] = {}
        self.refused: list[tuple[str, int]] = []

    def __torch_dispatch__(
        self, func: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Let an operator run, and note it."""
        result = func(*args, **(kwargs or {}))
        if self.paused:
            return result
        name = func.overloadpacket.__name__
        self.operators[name] = self.operators.get(name, 0) + 1
        if name in _UNWRITTEN:
            poison(result)
        elif not self._allowed(name, args, result) and len(self.refused) < 8:
            self.refused.append((name, candidate_line()))
        return result

    def _allowed(self, name: str, args: tuple[Any, ...], result: Any) -> bool:
        if name in ALLOCATIONS or name in VIEWS:
            return True
        source = args[0] if args and isinstance(args[0], torch.Tensor) else None
        if source is None:
            return False
        ours = source.untyped_storage().data_ptr() in self._weights
        if name in COPIES or (name in CASTS and (ours or result.dtype == source.dtype)):
            if ours:
                self._weights.add(result.untyped_storage().data_ptr())
            return ours or self._copies
        return False


# Torch wraps the method so that its first call imports a compiler of seconds' length; nothing is compiled here.
DispatchRecord.__torch_dispatch__ = DispatchRecord.__torch_dispatch__.__wrapped__  # type: ignore[method-assign, attr-defined]


def poison(tensor: torch.Tensor) -> None:
    """Fill fresh memory with what no result contains: NaN in floating types, -1 in signed ones."""
    storage = tensor.untyped_storage()
    if storage.nbytes():
        torch.empty(0, dtype=torch.uint8).set_(storage, 0, (storage.nbytes(),), (1,)).fill_(0xFF)


class DeviceShim(TorchFunctionMode):
    """Grants `cuda` in name."""

    def __init__(self) -> None:
        super().__init__()
        self.paused = False

    def __torch_function__(
        self, func: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Rewrite what names a device; all else passes."""
        kwargs = dict(kwargs or {})
        if self.paused:
            return func(*args, **kwargs)
        name = getattr(func, "__name__", "")
        if name == "__get__":
            owner = getattr(func, "__self__", None)
            if owner is torch.Tensor.device:
                return _DEVICE
            if owner is torch.Tensor.is_cuda:
                return True
        if name == "get_device":
            return 0
        if name in ("cuda", "cpu", "pin_memory"):
            return args[0]
        if name == "to":
            args = tuple(item for item in args if not _names_device(item))
            kwargs.pop("device", None)
            kwargs.pop("non_blocking", None)
            return func(*args, **kwargs) if len(args) > 1 or kwargs else args[0]
        if kwargs.get("device") is not None:
            kwargs["device"] = "cpu"
        return func(*args, **kwargs)


def _names_device(item: Any) -> bool:
    return isinstance(item, torch.device) or (isinstance(item, str) and item.split(":")[0] in ("cuda", "cpu"))


def pretend_device() -> None:
    """Answer the questions that host code asks about the GPU, for good, in this process."""
    for name, answer in _QUERIES.items():
        setattr(torch.cuda, name, _constant(answer))
    torch.cuda.get_device_properties = _constant(_PROPERTIES)
    torch.cuda.device = contextlib.nullcontext  # type: ignore[assignment, misc]
    torch.nn.Module.cuda = lambda self, device=None: self  # type: ignore[method-assign]


def _constant(answer: Any) -> Callable[..., Any]:
    return lambda *args, **named: answer


@contextlib.contextmanager
def paused(*modes: Any) -> Iterator[None]:
    """Look away while our own code or a kernel runs."""
    before = [mode.paused for mode in modes]
    for mode in modes:
        mode.paused = True
    try:
        yield
    finally:
        for mode, value in zip(modes, before, strict=True):
            mode.paused = value
