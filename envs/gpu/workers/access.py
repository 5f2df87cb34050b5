"""The access record: who touched which byte in a launch, so that what Triton's interpreter hides is seen.

The interpreter runs program instances one after another on plain memory. A load outside of every tensor returns
whatever lies there, two instances that write one address never collide, and a masked load without `other` reads zero.
Here every load, store and atomic of a kernel is checked before it happens, against the tensors of the launch.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import torch
import triton.language as tl
from numpy.typing import NDArray
from triton.runtime import interpreter

CANDIDATE = "candidate.py"
"""The file that holds the candidate, in the scratch folder."""
_NOBODY, _MANY = -1, -2


class KernelFault(Exception):  # noqa: N818
    """What a kernel did wrong, with the class and the line of it.

    Attributes:
        first: facts of the first fault in this process.
    """

    first: ClassVar[dict[str, Any] | None] = None

    def __init__(self, label: str, code: str, message: str, *, symbol: str = "") -> None:
        super().__init__(message)
        self.facts = {"label": label, "code": code, "message": message, "line": candidate_line(), "symbol": symbol}
        KernelFault.first = KernelFault.first or self.facts


def candidate_line() -> int:
    """Return the innermost line of the candidate that is being executed; 0 if none is."""
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_filename.endswith(CANDIDATE):
            return frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]
    return 0


@dataclass(slots=True)
class Shadow:
    """What is known of the memory under one storage, in cells of `grain` bytes.

    Attributes:
        start: address of the first byte.
        size: bytes.
        grain: bytes of a cell.
        allowed: whether a tensor that was handed to the launch spans the cell.
        written: whether any launch of this call has written the cell.
    """

    start: int
    size: int
    grain: int
    allowed: NDArray[np.bool_]
    written: NDArray[np.bool_]
    names: list[str] = field(default_factory=list)
    writer: NDArray[np.int32] = field(init=False)
    reader: NDArray[np.int32] = field(init=False)
    adder: NDArray[np.int32] = field(init=False)
    writer_line: NDArray[np.int32] = field(init=False)
    reader_line: NDArray[np.int32] = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget who touched what, as a launch ends all others."""
        cells = len(self.written)
        self.writer, self.reader, self.adder = (np.full(cells, _NOBODY, np.int32) for _ in range(3))
        self.writer_line, self.reader_line = (np.zeros(cells, np.int32) for _ in range(2))

    def refine(self, grain: int) -> None:
        """Go over to smaller cells."""
        if grain >= self.grain:
            return
        times = self.grain // grain
        for name in ("allowed", "written", "writer", "reader", "adder", "writer_line", "reader_line"):
            setattr(self, name, np.repeat(getattr(self, name), times))
        self.grain = grain


class AccessRecord:
    """Watches all launches of one call of the candidate."""

    def __init__(self) -> None:
        self._shadows: dict[int, Shadow] = {}
        self._alive: list[Any] = []
        self._present: list[Shadow] = []
        self._instance = 0
        self.active = False
        self.synchronises = False
        self.bare_masks: set[int] = set()

    def forget(self) -> None:
        """Another call of the candidate begins."""
        self._shadows.clear()
        self._alive.clear()

    def begin(self, tensors: Sequence[tuple[str, torch.Tensor]]) -> None:
        """A launch begins; these are the tensors that it was handed, by parameter."""
        self._present = []
        spans: dict[int, list[tuple[str, torch.Tensor]]] = {}
        for name, tensor in tensors:
            spans.setdefault(tensor.untyped_storage().data_ptr(), []).append((name, tensor))
        for start, group in spans.items():
            if group[0][1].untyped_storage().nbytes():
                self._present.append(self._open(start, group))
        self._instance, self.active, self.synchronises = 0, True, False

    def end(self) -> None:
        """The launch is over."""
        self.active = False

    def enter(self, instance: int) -> None:
        """The next program instance runs."""
        self._instance = instance

    def _open(self, start: int, group: Sequence[tuple[str, torch.Tensor]]) -> Shadow:
        storage = group[0][1].untyped_storage()
        grain = min(tensor.element_size() for _, tensor in group)
        shadow = self._shadows.get(start)
        if shadow is None or shadow.size != storage.nbytes():
            cells = -(-storage.nbytes() // grain)
            shadow = Shadow(start, storage.nbytes(), grain, np.zeros(cells, np.bool_), np.zeros(cells, np.bool_))
            self._shadows[start] = shadow
            self._alive.append(storage)  # so that its address is not given out again within this call
        shadow.refine(grain)
        shadow.begin()
        shadow.allowed[:] = False
        shadow.names = [name for name, _ in group]
        for _, tensor in group:
            first, last = extent(tensor)
            shadow.allowed[(first - start) // shadow.grain : -(-(last - start) // shadow.grain)] = True
        return shadow

    def unwritten(self, tensor: torch.Tensor) -> NDArray[np.int64]:
        """Return the flat indices, in logical order, of elements with a byte that no launch has written."""
        if tensor.numel() == 0:
            return np.zeros(0, np.int64)
        shadow = self._shadows.get(tensor.untyped_storage().data_ptr())
        if shadow is None:
            return np.arange(tensor.numel())
        places = torch.arange(tensor.untyped_storage().nbytes() // tensor.element_size())
        places = places.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset()).reshape(-1)
        first = places.numpy() * tensor.element_size()
        offsets = np.arange(0, tensor.element_size(), min(shadow.grain, tensor.element_size()))
        cells = (first[:, None] + offsets[None, :]) // shadow.grain
        return np.flatnonzero(~shadow.written[cells].all(axis=1))

    def check(self, pointers: NDArray[np.uint64], mask: NDArray[np.bool_], width: int, kind: str) -> None:
        """Look at one access of the present instance before it happens.

        Args:
            pointers: an address per lane.
            mask: which lanes are active.
            width: bytes per lane.
            kind: `load`, `store` or `atomic`.

        Raises:
            KernelFault: the access is out of bounds or races with another instance.
        """
        if not self.active:
            raise KernelFault("REJECTED", "outside_of_a_launch", "a kernel's function was called without a launch grid")
        lanes = np.broadcast_to(mask, np.shape(pointers))
        addresses = np.asarray(pointers)[lanes].astype(np.int64)
        remaining = np.ones(addresses.shape, np.bool_)
        for shadow in self._present:
            inside = remaining & (addresses >= shadow.start) & (addresses + width <= shadow.start + shadow.size)
            if inside.any():
                self._touch(shadow, addresses[inside] - shadow.start, width, kind)
                remaining &= ~inside
        if remaining.any():
            self._out_of_bounds(addresses[remaining], width, kind)

    def _touch(self, shadow: Shadow, offsets: NDArray[np.int64], width: int, kind: str) -> None:
        if width < shadow.grain or (offsets % shadow.grain).any():
            shadow.refine(1)
        cells = offsets // shadow.grain
        if width > shadow.grain:
            cells = (cells[:, None] + np.arange(width // shadow.grain)[None, :]).reshape(-1)
        if not shadow.allowed[cells].all():
            self._out_of_bounds(shadow.start + offsets, width, kind)
        me = self._instance
        writer, adder = shadow.writer[cells], shadow.adder[cells]
        foreign = (writer != _NOBODY) & (writer != me)
        if kind != "atomic":
            foreign |= (adder != _NOBODY) & (adder != me)
        if kind != "load":
            reader = shadow.reader[cells]
            foreign |= (reader != _NOBODY) & (reader != me)
        if foreign.any():
            self._race(shadow, cells[foreign], kind)
        line = candidate_line()
        if kind == "load":
            reader = shadow.reader[cells]
            shadow.reader[cells] = np.where((reader == _NOBODY) | (reader == me), me, _MANY)
            shadow.reader_line[cells] = line
            return
        shadow.written[cells] = True
        shadow.writer_line[cells] = line
        if kind == "store":
            shadow.writer[cells] = me
        else:
            shadow.adder[cells] = np.where((adder == _NOBODY) | (adder == me), me, _MANY)

    def _out_of_bounds(self, addresses: NDArray[np.int64], width: int, kind: str) -> None:
        worst = int(addresses[0])
        verb = {"load": "reads", "store": "writes"}.get(kind, "updates")
        near = [(self._distance(worst, width, shadow), shadow) for shadow in self._present]
        if not near:
            where = "and the launch was handed no tensor that holds any memory"
        else:
            distance, shadow = min(near, key=lambda item: abs(item[0]))
            side = f"{distance} bytes past the end of" if distance > 0 else f"{-distance} bytes before"
            where = f"{side} the tensor of `{', '.join(shadow.names)}`" if distance else "between views of one storage"
        message = f"{addresses.size} lane(s) of program instance {self._instance}: the kernel {verb} {where}; mask them"
        raise KernelFault("MEMORY_FAULT", "out_of_bounds", message)

    def _distance(self, address: int, width: int, shadow: Shadow) -> int:
        spans = np.flatnonzero(shadow.allowed)
        first = shadow.start + int(spans[0]) * shadow.grain if spans.size else shadow.start
        last = shadow.start + (int(spans[-1]) + 1) * shadow.grain if spans.size else shadow.start
        if address < first:
            return address - first
        return max(address + width - last, 0)

    def _race(self, shadow: Shadow, cells: NDArray[np.int64], kind: str) -> None:
        cell = int(cells[0])
        wrote = shadow.writer[cell] != _NOBODY or shadow.adder[cell] != _NOBODY
        other = int(shadow.writer_line[cell] if wrote else shadow.reader_line[cell])
        name = ", ".join(shadow.names)
        deeds = {"load": "reads", "store": "writes", "atomic": "updates"}
        message = (
            f"program instance {self._instance} {deeds[kind]} an element of `{name}` that another instance "
            f"{'writes' if wrote else 'reads'} on line {other}, and the order of instances is not defined"
        )
        if self.synchronises:
            message += "; the kernel synchronises by atomics, which this judge cannot follow"
            raise KernelFault("UNVERIFIED", "unjudged_synchronisation", message, symbol=name)
        raise KernelFault("RUNTIME_ERROR", "data_race", message, symbol=name)


def extent(tensor: torch.Tensor) -> tuple[int, int]:
    """Return the addresses of the first byte of a view and of the byte behind its last."""
    if tensor.numel() == 0:
        return tensor.data_ptr(), tensor.data_ptr()
    steps = [(size - 1) * stride for size, stride in zip(tensor.shape, tensor.stride(), strict=True)]
    first = tensor.data_ptr() + sum(step for step in steps if step < 0) * tensor.element_size()
    return first, tensor.data_ptr() + (sum(step for step in steps if step > 0) + 1) * tensor.element_size()


def poisoned(loaded: NDArray[Any], mask: NDArray[np.bool_], kind: Any) -> NDArray[Any]:
    """Return what was loaded, with values in the masked lanes that spoil a sum, a maximum and a minimum in turn."""
    values: list[Any]
    if kind == tl.bfloat16:
        values = [0x7FC1, 0x7F80, 0xFF80]
    elif loaded.dtype.kind == "f":
        values = [np.nan, np.inf, -np.inf]
    elif loaded.dtype.kind == "b":
        values = [True, False, True]
    else:
        limits = np.iinfo(loaded.dtype)
        values = [limits.max // 3 * 2, limits.max, limits.min]
    pattern = np.resize(np.array(values, dtype=loaded.dtype), loaded.size).reshape(loaded.shape)
    return np.where(np.broadcast_to(mask, loaded.shape), loaded, pattern)


def install(record: AccessRecord) -> None:
    """Put the record under every memory operation of the interpreter of this process, for good."""
    builder = interpreter.InterpreterBuilder
    load, store = builder.create_masked_load, builder.create_masked_store
    rmw, cas, set_grid = builder.create_atomic_rmw, builder.create_atomic_cas, builder.set_grid_idx

    def width(pointers: Any) -> int:
        return max(1, int(pointers.get_element_ty().primitive_bitwidth) // 8)

    def watched_load(self: Any, ptrs: Any, mask: Any, other: Any, *rest: Any, **named: Any) -> Any:
        record.check(ptrs.data, mask.data, width(ptrs), "load")
        loaded = load(self, ptrs, mask, other, *rest, **named)
        if other is None and not np.all(mask.data):
            record.bare_masks.add(candidate_line())
            loaded.data = poisoned(loaded.data, mask.data, loaded.dtype)
        return loaded

    def watched_store(self: Any, ptrs: Any, value: Any, mask: Any, *rest: Any, **named: Any) -> Any:
        record.check(ptrs.data, mask.data, width(ptrs), "store")
        _one_value_per_address(ptrs.data, value.data, mask.data)
        return store(self, ptrs, value, mask, *rest, **named)

    def watched_rmw(self: Any, op: Any, ptr: Any, val: Any, mask: Any, *rest: Any, **named: Any) -> Any:
        record.synchronises |= not val.dtype.scalar.is_floating()
        record.check(ptr.data, mask.data, width(ptr), "atomic")
        return rmw(self, op, ptr, val, mask, *rest, **named)

    def watched_cas(self: Any, ptr: Any, *rest: Any, **named: Any) -> Any:
        record.synchronises = True
        record.check(ptr.data, np.ones_like(ptr.data, dtype=np.bool_), width(ptr), "atomic")
        return cas(self, ptr, *rest, **named)

    def watched_grid(self: Any, x: int, y: int, z: int) -> None:
        record.enter((x * self.grid_dim[1] + y) * self.grid_dim[2] + z)
        set_grid(self, x, y, z)

    builder.create_masked_load, builder.create_masked_store = watched_load, watched_store
    builder.create_atomic_rmw, builder.create_atomic_cas = watched_rmw, watched_cas
    builder.set_grid_idx = watched_grid


def _one_value_per_address(pointers: Any, values: Any, mask: Any) -> None:
    """Two lanes of one store that write different values to one address leave either there."""
    lanes = np.broadcast_to(mask, np.shape(pointers))
    addresses = np.asarray(pointers)[lanes]
    if addresses.size < 2:
        return
    order = np.argsort(addresses, kind="stable")
    ordered = addresses[order]
    twice = np.flatnonzero(ordered[1:] == ordered[:-1])
    if not twice.size:
        return
    written = np.ascontiguousarray(np.broadcast_to(values, np.shape(pointers))[lanes])[order]
    if (written[twice].tobytes()) != (written[twice + 1].tobytes()):
        message = f"lanes of one store write different values to one address ({twice.size} pair(s)); either may win"
        raise KernelFault("RUNTIME_ERROR", "data_race", message)
