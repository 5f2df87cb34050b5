"""Runs a candidate in Triton's interpreter and hands back what it did: output bytes, launches, operators, faults.

This process holds the candidate and its inputs, and nothing that says what is right.
"""

from __future__ import annotations

import os

# One thread, as a fork server may hold no more; before numpy is imported.
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", TRITON_DEFAULT_FP_FUSION="1")

import contextlib
import importlib.util
import sys
import traceback
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from triton.runtime import interpreter
from triton.runtime.errors import InterpreterError

from ecot.envs.gpu.workers import access, standard, tensors
from ecot.envs.gpu.workers.access import AccessRecord, KernelFault
from ecot.envs.gpu.workers.dispatch import DeviceShim, DispatchRecord, paused, pretend_device
from ecot.envs.gpu.workers.launches import LaunchRecord

torch.set_num_threads(1)
_MOST_CHARACTERS = 400


class Session:
    """One candidate under all records."""

    def __init__(self, argument: Mapping[str, Any]) -> None:
        self._argument = argument
        self._access = AccessRecord()
        self._shim = DeviceShim()
        self._dispatch = DispatchRecord(frozenset(), copies=bool(argument["copies"]))
        self._launches = LaunchRecord(self._access, lambda: paused(self._shim, self._dispatch))
        self._buffers: dict[Any, torch.Tensor] = {}
        self._fault: dict[str, Any] | None = None
        self._held: list[tuple[str, torch.Tensor]] = []
        self._loaded = False

    def run(self) -> dict[str, Any]:
        """Load the candidate and play all cases; a fault ends it."""
        cases: list[Any] = []
        with self._caught("load"):
            entry = self._load()
            self._loaded = True
        if self._loaded:
            for index, case in enumerate(self._argument["cases"]):
                with self._caught("run"):
                    cases.append(self._play(entry, index, case))
                if self._fault:
                    self._fault["case"] = index
                    break
        return {
            "loaded": self._loaded,
            "fault": self._fault,
            "cases": cases,
            "launches": list(self._launches.seen.values()),
            "launched": self._launches.count,
            "trace": self._launches.trace.hexdigest(),
            "operators": self._dispatch.operators,
            "refused": self._dispatch.refused,
            "bare_masks": sorted(self._access.bare_masks),
        }

    def _load(self) -> Callable[..., Any]:
        pretend_device()
        standard.interpret()
        module = _import()
        access.install(self._access)
        _install_precision()
        self._launches.install()
        entry = getattr(module, self._argument["entry"], None)
        if not callable(entry):
            name = self._argument["entry"]
            raise KernelFault("COMPILATION_ERROR", "missing_entry", f"the source defines no `{name}`", symbol=name)
        if self._argument["form"] == "function":
            return entry  # type: ignore[no-any-return]
        with self._shim:
            model = entry(*self._argument["init"])
        return self._filled(model)

    def _filled(self, model: Any) -> Callable[..., Any]:
        if not isinstance(model, torch.nn.Module):
            raise KernelFault("COMPILATION_ERROR", "missing_entry", "the class must be a `torch.nn.Module`")
        state = {name: tensors.decode(value) for name, value in self._argument["state"].items()}
        try:
            model.load_state_dict(state)
        except RuntimeError as error:
            text = str(error).replace("\n\t", " ")[:_MOST_CHARACTERS]
            raise KernelFault("RUNTIME_ERROR", "parameters_differ", text) from None
        held = [*model.parameters(), *model.buffers()]
        self._dispatch._weights.update(item.untyped_storage().data_ptr() for item in held)
        self._held = [(name, item) for name, item in model.state_dict().items()]
        return model

    def _play(self, entry: Callable[..., Any], index: int, case: Mapping[str, Any]) -> dict[str, Any]:
        arguments = [self._argument_of(position, value) for position, value in enumerate(case["args"])]
        given = [(f"argument {i + 1}", item) for i, item in enumerate(arguments) if isinstance(item, torch.Tensor)]
        given += self._held
        before = [tensors.storage_bytes(item) for _, item in given]
        self._launches.turn = index
        self._access.forget()
        with torch.no_grad(), self._shim, self._dispatch:
            result = entry(*arguments)
        for (name, item), data in zip(given, before, strict=True):
            if tensors.storage_bytes(item) != data:
                message = f"{name} was changed; inputs and weights are read-only"
                raise KernelFault("REJECTED", "input_changed", message, symbol=name)
        outputs = list(result) if isinstance(result, tuple | list) else [result]
        return {"outputs": [self._output(position, item) for position, item in enumerate(outputs)]}

    def _argument_of(self, position: int, value: Any) -> Any:
        """The argument; a tensor like that of an earlier case reuses its memory, so that a replayed result is wrong."""
        if not isinstance(value, Mapping):
            return value
        fresh = tensors.decode(value)
        key = (position, value["dtype"], tuple(value["shape"]), tuple(value["stride"]), value["offset"])
        kept = self._buffers.setdefault(key, fresh)
        if kept is not fresh:
            kept.untyped_storage().copy_(fresh.untyped_storage())
        return kept

    def _output(self, position: int, item: Any) -> dict[str, Any]:
        if type(item) is not torch.Tensor:
            message = f"output {position + 1} is a {type(item).__name__}, not a plain tensor"
            raise KernelFault("REJECTED" if isinstance(item, torch.Tensor) else "MISMATCH", "output_type", message)
        missing = self._access.unwritten(item)
        return {
            **tensors.encode_values(item),
            "unwritten": int(missing.size),
            "first": int(missing[0]) if missing.size else -1,
        }

    @contextlib.contextmanager
    def _caught(self, stage: str) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except KernelFault as fault:
            self._fault = {**fault.facts, "stage": stage}
        except BaseException as error:  # noqa: BLE001 - whatever the candidate raises is an answer
            self._fault = {**explain(error, stage), "stage": stage}
        if KernelFault.first is not None:
            # The candidate may have caught what its kernel did; it stays done.
            self._fault = {**KernelFault.first, "stage": stage}


def _import() -> Any:
    path = Path(access.CANDIDATE).absolute()
    spec = importlib.util.spec_from_file_location("candidate", path)
    if spec is None or spec.loader is None:
        raise ImportError("the candidate's file is no module")
    module = importlib.util.module_from_spec(spec)
    sys.modules["candidate"] = module
    spec.loader.exec_module(module)
    return module


def _install_precision() -> None:
    """Round the operands of a `tl.dot` that asks for TF32, as a tensor core does; the interpreter would keep them."""
    builder = interpreter.InterpreterBuilder
    plain = builder.create_dot
    wanted = interpreter._ir.INPUT_PRECISION.TF32

    def create_dot(self: Any, a: Any, b: Any, d: Any, input_precision: Any, imprecise: Any) -> Any:
        if input_precision == wanted and a.data.dtype == np.float32 and b.data.dtype == np.float32:
            a = interpreter.TensorHandle(interpreter._round_f32_to_tf32(a.data), a.dtype)
            b = interpreter.TensorHandle(interpreter._round_f32_to_tf32(b.data), b.dtype)
        return plain(self, a, b, d, input_precision, imprecise)

    builder.create_dot = create_dot


def explain(error: BaseException, stage: str) -> dict[str, Any]:
    """Return the fault that an exception of the candidate stands for."""
    root, line = error, 0
    while True:
        frames = [item for item in traceback.extract_tb(root.__traceback__) if item.filename.endswith(access.CANDIDATE)]
        line = frames[-1].lineno or line if frames else line
        if isinstance(root, KernelFault):
            return {**root.facts, "line": root.facts["line"] or line}
        if not isinstance(root, InterpreterError) or root.__cause__ is None:
            break
        root = root.__cause__
    message = f"{type(root).__name__}: {root}"[:_MOST_CHARACTERS]
    if isinstance(root, NotImplementedError):
        return _fault("UNVERIFIED", "not_in_interpreter", f"the interpreter cannot run this: {message}", line)
    if stage == "load":
        line = root.lineno or line if isinstance(root, SyntaxError) else line
        return _fault("COMPILATION_ERROR", _snake(root), message, line)
    if isinstance(root, MemoryError) or "DefaultCPUAllocator" in message:
        return _fault("RESOURCE_LIMIT", "out_of_memory", message, line)
    return _fault("RUNTIME_ERROR", _snake(root), message, line)


def _fault(label: str, code: str, message: str, line: int) -> dict[str, Any]:
    return {"label": label, "code": code, "message": message, "line": line, "symbol": ""}


def _snake(error: BaseException) -> str:
    name = type(error).__name__
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def run(argument: Mapping[str, Any]) -> dict[str, Any]:
    """Run the candidate in `candidate.py` of the scratch folder.

    Args:
        argument: `entry`, the name of the function or class; `form`, `function` or `model`; `init`, its constructor's
            arguments; `state`, its parameters; `cases`, each with `args`; `copies`, whether inputs may be copied.

    Returns:
        `loaded`, `fault` (None, or a label with its diagnostic), `cases` (outputs as bytes), `launches`, `launched`,
        `trace`, `operators`, `refused` (operator and line), `bare_masks` (lines of masked loads without `other`).
    """
    return Session(argument).run()
