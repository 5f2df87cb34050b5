"""The inner parts of Triton that the records stand on: a new version must still have them."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest

pytestmark = pytest.mark.needs("torch", "triton")

PROBE = """
import inspect
import triton
from triton.runtime import autotuner, interpreter, jit, cache
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from triton.compiler.errors import CompilationError

builder = interpreter.InterpreterBuilder
taken = {
    "create_masked_load": ["self", "ptrs", "mask", "other"],
    "create_masked_store": ["self", "ptrs", "value", "mask"],
    "create_atomic_rmw": ["self", "rmwOp", "ptr", "val", "mask"],
    "create_atomic_cas": ["self", "ptr"],
    "create_dot": ["self", "a", "b", "d", "input_precision"],
    "set_grid_idx": ["self", "x", "y", "z"],
}
for name, wanted in taken.items():
    assert list(inspect.signature(getattr(builder, name)).parameters)[: len(wanted)] == wanted, name
assert {"grid", "warmup"} <= set(inspect.signature(interpreter.InterpretedFunction.run).parameters)
for owner, names in (
    (interpreter, ["_patch_lang", "_LangPatchScope", "_round_f32_to_tf32", "_ir", "TensorHandle"]),
    (interpreter.InterpretedFunction, ["rewrite", "run", "__call__"]),
    (autotuner.Autotuner, ["run", "prune_configs"]),
    (autotuner.Config, ["all_kwargs"]),
    (jit, ["mangle_type", "JITFunction"]),
    (cache, ["triton_key"]),
    (triton.knobs.runtime, ["interpret"]),
    (triton.knobs.nvidia, ["dump_ptxas_log"]),
):
    for name in names:
        assert hasattr(owner, name), (owner, name)
"""


def test_the_installed_version_has_every_name_that_the_records_touch() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_installed_version_is_one_that_was_tried() -> None:
    major, minor = importlib.metadata.version("triton").split(".")[:2]
    assert (3, 6) <= (int(major), int(minor)) <= (3, 9)
