"""The static rules: what a launch needs passes, what reaches further is named with its line."""

from __future__ import annotations

import pytest

from ecot.envs.gpu.rules import check

HEAD = "import torch\nimport triton\nimport triton.language as tl\n\n\n"
KERNEL = "@triton.jit\ndef kernel(x_ptr, n, BLOCK: tl.constexpr):\n    offsets = tl.arange(0, BLOCK)\n"


def codes(source: str) -> list[tuple[str, int]]:
    return [(item["code"], item["line"]) for item in check({"source": source})["violations"]]


@pytest.mark.parametrize(
    "source",
    [
        HEAD + KERNEL + "    tl.store(x_ptr + offsets, 0.0, mask=offsets < n)\n",
        HEAD + "def f(x):\n    return torch.empty_like(x).view(-1).to(torch.float16)\n",
        HEAD
        + "class M(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.width = 3\n",
        HEAD + "import math\nSCALE = math.sqrt(2.0)\n",
        "from triton import cdiv, jit\nimport triton.language as tl\n",
        HEAD + "def f(input):\n    with torch.cuda.device(0):\n        return input.contiguous()\n",
        HEAD + "WIDTH: tl.constexpr = tl.constexpr(4)\n" + KERNEL + "    tl.store(x_ptr + offsets, WIDTH)\n",
    ],
)
def test_what_a_launch_needs_is_allowed(source: str) -> None:
    assert codes(source) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("import os", "forbidden_import"),
        ("import torch.utils", "forbidden_import"),
        ("from torch.nn import functional as F", "forbidden_call"),
        ("from triton.runtime import driver", "forbidden_import"),
        ("y = torch.softmax(x, -1)", "forbidden_call"),
        ("y = torch.nn.functional.relu(x)", "forbidden_call"),
        ("y = torch.compile(x)", "forbidden_attribute"),
        ("y = triton.testing.do_bench(x)", "forbidden_call"),
        ("t = torch", "module_value"),
        ("t = [triton.language]", "module_value"),
        ("torch.cuda.synchronize = None", "monkey_patch"),
        ("tl = torch.zeros(1)", "monkey_patch"),
        ("x.kept = 1", "monkey_patch"),
        ("y = x.tolist()", "forbidden_attribute"),
        ("y = x.item()", "forbidden_attribute"),
        ("y = x.untyped_storage()", "forbidden_attribute"),
        ("y = kernel.fn(x)", "forbidden_attribute"),
        ("s = torch.cuda.Stream()", "forbidden_call"),
        ("y = ().__class__", "forbidden_attribute"),
        ("y = getattr(x, 'data')", "forbidden_name"),
        ("class T(torch.Tensor): pass", "forbidden_base"),
        ("y = tl.core.knobs", "forbidden_call"),
        ("y = tl.extra.cuda.libdevice.core", "forbidden_call"),
        ("import typing; y = typing.get_type_hints(x)", "forbidden_call"),
    ],
)
def test_what_reaches_further_is_refused_with_its_line(line: str, code: str) -> None:
    assert (code, 6) in codes(HEAD + line + "\n")


@pytest.mark.parametrize(
    ("line", "symbol"),
    [
        ("import os", "Import"),
        ("x = torch.zeros(1)", "torch"),
        ("try:\n        pass\n    except ValueError:\n        pass", "Try"),
        ("x = (lambda: 1)()", "Lambda"),
        ("x = helper()", "helper"),
        ("x = id(x_ptr)", "id"),
    ],
)
def test_a_kernel_is_written_in_triton_alone(line: str, symbol: str) -> None:
    found = check({"source": HEAD + "def helper():\n    return 1\n\n\n" + KERNEL + f"    {line}\n"})["violations"]
    assert ("not_triton", symbol) in {(item["code"], item["symbol"]) for item in found}


def test_text_that_is_no_python_is_an_error_with_its_line() -> None:
    answer = check({"source": "import torch\ndef f(:\n"})
    assert [item["line"] for item in answer["errors"]] == [2]
    assert answer["violations"] == []
