"""Compiles recorded launches with the real Triton compiler, for a GPU that need not be there.

No host code of the candidate runs here: of its source, only imports, constants and `@triton.jit` functions are kept, so
that what the compiler says of registers and shared memory is the compiler's word.
"""

from __future__ import annotations

import os

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", TRITON_DEFAULT_FP_FUSION="1")

import ast
import contextlib
import hashlib
import importlib.util
import io
import re
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import triton
import triton.language as tl
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from triton.compiler.errors import CompilationError
from triton.runtime import cache
from triton.runtime.errors import OutOfResources, PTXASError

KERNELS = "kernels.py"
"""The file of what is kept of the candidate; its lines stand where they stood."""
_TARGETS: Mapping[str, tuple[str, int | str, int]] = {
    "sm_80": ("cuda", 80, 32),
    "sm_90": ("cuda", 90, 32),
    "gfx942": ("hip", "gfx942", 64),
}
_USED = re.compile(r"Used (\d+) registers")
_SPILLS = re.compile(r"(\d+) bytes spill stores, (\d+) bytes spill loads")
_REGISTERS = re.compile(r"\.(?:vgpr_count|vgpr_spill_count):\s*(\d+)")
_TF32 = re.compile(r"tt\.dot [^\n]*inputPrecision = (tf32) : tensor<[\dx]+xf32> \*")
_CODE = {"sm": "ptx", "gfx942": "amdgcn"}
_MOST_CHARACTERS = 1200
_PLAIN = (
    *(ast.Constant, ast.Name, ast.Attribute, ast.BinOp, ast.UnaryOp, ast.Tuple),
    *(ast.operator, ast.unaryop, ast.expr_context),
)
_PLAIN_CALLS = ("tl.constexpr", "triton.language.constexpr", "float")


def kernels_of(source: str) -> str:
    """Return what is kept of a source: imports of Triton, constants, functions under `@triton.jit`, each on its lines.

    Launch-time decorators (`autotune`, `heuristics`) go, as the record holds what they chose.
    """
    lines = source.splitlines()
    kept = [""] * len(lines)
    known: set[str] = {"float"}
    for node in ast.parse(source).body:
        first = node.lineno
        if isinstance(node, ast.FunctionDef) and any(map(_is_jit, node.decorator_list)):
            kept[node.lineno - 2] = "@triton.jit"
        elif not (_imports_triton(node) or _is_constant(node, known)):
            continue
        known |= _bound(node)
        kept[first - 1 : node.end_lineno] = lines[first - 1 : node.end_lineno]
    return "\n".join(kept) + "\n"


def _is_jit(node: ast.expr) -> bool:
    target = node.func if isinstance(node, ast.Call) else node
    return ast.unparse(target) in ("triton.jit", "jit")


def _imports_triton(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import):
        return all(item.name in ("triton", "triton.language", "torch", "math") for item in node.names)
    return isinstance(node, ast.ImportFrom) and node.module in ("__future__", "triton", "triton.language", "typing")


def _is_constant(node: ast.stmt, known: set[str]) -> bool:
    """Whether a statement binds a name to a value that no code of the candidate computes."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return False
    value = node.value
    call = isinstance(value, ast.Call) and ast.unparse(value.func) in _PLAIN_CALLS
    parts = [
        item for part in (value.args if isinstance(value, ast.Call) and call else [value]) for item in ast.walk(part)
    ]
    names = {item.id for item in parts if isinstance(item, ast.Name)}
    return all(isinstance(item, _PLAIN) for item in parts) and names <= known


def _bound(node: ast.stmt) -> set[str]:
    """The names that a kept statement binds."""
    if isinstance(node, ast.FunctionDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {item.asname or item.name.split(".")[0] for item in node.names}
    return {item.id for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)}


def compile_all(argument: Mapping[str, Any]) -> dict[str, Any]:
    """Compile launches of the kernels in `kernels.py` of the scratch folder.

    Args:
        argument: `source` of the candidate; `launches` as recorded; `target`, a name of `_TARGETS`.

    Returns:
        `results`, one a launch: `{"registers", "spill_bytes", "shared_bytes", "threads", "tf32", "code"}`, or
        `{"error": {"code", "message", "line", "column"}}`.
    """
    Path(KERNELS).write_text(kernels_of(argument["source"]), encoding="utf-8")
    # A fresh folder, as the candidate may have left files here; so Triton need not hash itself to name what it keeps.
    os.environ["TRITON_CACHE_DIR"] = str(Path(tempfile.mkdtemp(dir=".")).absolute())
    cache.triton_key = lambda: "fresh"
    triton.knobs.runtime.interpret = False
    triton.knobs.nvidia.dump_ptxas_log = True
    module = _import()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {"results": [_compile(module, launch, argument["target"]) for launch in argument["launches"]]}


def _import() -> Any:
    spec = importlib.util.spec_from_file_location("kernels", Path(KERNELS).absolute())
    if spec is None or spec.loader is None:
        raise ImportError("the kernels are no module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _compile(module: Any, launch: Mapping[str, Any], target: str) -> dict[str, Any]:
    function = getattr(module, launch["kernel"], None)
    if function is None:
        message = f"`{launch['kernel']}` is not a kernel at the top level of the source"
        return _error("unknown_kernel", message, launch["line"])
    constants = {name: _constant(module, value) for name, value in launch["constants"].items()}
    attributes = {(function.arg_names.index(name),): [["tt.divisibility", 16]] for name in launch["divisible"]}
    signature = {name: launch["signature"][name] for name in function.arg_names}
    log = io.StringIO()
    try:
        source = ASTSource(function, signature, constants, attributes)
        with contextlib.redirect_stdout(log):
            kernel = triton.compile(source, target=GPUTarget(*_TARGETS[target]), options=dict(launch["options"]))
    except CompilationError as error:
        return _compilation_error(error, launch["line"])
    except OutOfResources as error:
        return _error("out_of_resources", str(error), launch["line"])
    except PTXASError as error:
        return _error("ptxas_error", str(error).splitlines()[0], launch["line"])
    except Exception as error:  # noqa: BLE001 - the compiler raises whatever its passes meet
        return _error("compiler_error", f"{type(error).__name__}: {_plain(str(error))}", launch["line"])
    return _usage(kernel, target, log.getvalue())


def _constant(module: Any, value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    if "dtype" in value:
        return tl.dtype(value["dtype"])
    if "tuple" in value:
        return tuple(_constant(module, item) for item in value["tuple"])
    return getattr(module, value["function"])


def _usage(kernel: Any, target: str, log: str) -> dict[str, Any]:
    threads = int(kernel.metadata.num_warps) * int(kernel.metadata.warp_size)
    facts: dict[str, Any] = {
        "shared_bytes": int(kernel.metadata.shared),
        "threads": threads,
        "tf32": bool(_TF32.search(kernel.asm["ttir"])),
        "code": code_digest(kernel.asm[_CODE[target.partition("_")[0]]]),
        "registers": 0,
        "spill_bytes": 0,
    }
    if target.startswith("sm_"):
        facts.update(_nvidia_usage(log))
    else:
        found = [int(number) for number in _REGISTERS.findall(kernel.asm["amdgcn"])]
        facts.update(registers=found[0] if found else 0, spill_bytes=4 * found[1] if len(found) > 1 else 0)
    return facts


def code_digest(text: str) -> str:
    """Return a digest of PTX or AMD assembly without names of kernels, places in the source and comments."""
    bare = re.sub(r"//[^\n]*|^\s*\.(?:loc|file)\b[^\n]*$", "", text.partition("\t.section")[0], flags=re.MULTILINE)
    return hashlib.sha256(" ".join(bare.split()).encode()).hexdigest()


def _nvidia_usage(log: str) -> dict[str, int]:
    """Registers and spills as ptxas tells them."""
    registers, spills = _USED.search(log), _SPILLS.search(log)
    return {
        "registers": int(registers[1]) if registers else 0,
        "spill_bytes": int(spills[1]) + int(spills[2]) if spills else 0,
    }


def _compilation_error(error: BaseException, launched: int) -> dict[str, Any]:
    """The innermost error with a place of its own, its line in the candidate and the caret under it."""
    inner = error
    while isinstance(inner.__cause__, CompilationError):
        inner = inner.__cause__
    node = getattr(inner, "node", None)
    text = str(getattr(inner, "error_message", None) or inner.__cause__ or inner)
    shown = str(inner).splitlines()
    caret = next((index for index, line in enumerate(shown) if line.strip() == "^"), -1)
    excerpt = "\n".join(shown[caret - 1 : caret + 1]) if caret > 0 else ""
    column = getattr(node, "col_offset", -1) + 1
    line = _line_in_file(inner, node, launched)
    first = _plain(text).splitlines()[0] if text.strip() else "the compiler refuses the kernel"
    return _error("compilation_error", f"{first}\n{excerpt}".strip("\n"), line, column)


def _line_in_file(error: BaseException, node: Any, launched: int) -> int:
    source = str(getattr(error, "src", "") or "")
    first = source.lstrip().splitlines()[0] if source.strip() else ""
    lines = Path(KERNELS).read_text(encoding="utf-8").splitlines()
    place = next((number for number, line in enumerate(lines, start=1) if first and line.strip() == first.strip()), 0)
    if not place or node is None:
        return launched
    skipped = len(source[: len(source) - len(source.lstrip())].splitlines())
    return int(place + node.lineno - 1 - skipped)


def _plain(text: str) -> str:
    return re.sub(r"0x[0-9a-f]+|/[\w./-]+/", "", text)[:_MOST_CHARACTERS]


def _error(code: str, message: str, line: int, column: int = 0) -> dict[str, Any]:
    return {"error": {"code": code, "message": message[:_MOST_CHARACTERS], "line": line, "column": column}}


def targets() -> Sequence[str]:
    """Return the names of what can be compiled for."""
    return tuple(_TARGETS)
