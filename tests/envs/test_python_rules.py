"""Hostile Python is refused with a line number, and honest Python is not."""

# ruff: noqa: RUF001
from __future__ import annotations

import textwrap
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecot.envs.python_rules import PythonRules, check_python

RULES = PythonRules(
    imports=("math", "numpy", "torch", "dataclasses", "functools", "operator"),
    refused_imports={"numpy.f2py": "it compiles foreign code", "torch.utils.cpp_extension": "it starts a compiler"},
    references={"numpy.load": "candidates read no files", "torch.ops": "it calls unlisted operators"},
)

HOSTILE = {
    "import os": "forbidden_import",
    "import os.path as p": "forbidden_import",
    "import numpy.f2py": "forbidden_import",
    "from numpy import f2py": "forbidden_import",
    "from numpy.f2py import compile_function": "forbidden_import",
    "import numpy_evil": "forbidden_import",
    "from . import secrets": "forbidden_import",
    "from .. import secrets": "forbidden_import",
    "from numpy import *": "star_import",
    "from numpy import os": "forbidden_attribute",
    "import numpy.os": "forbidden_attribute",
    "import numpy\nnumpy.sys.modules": "forbidden_attribute",
    "__import__('os')": "forbidden_name",
    "exec('x = 1')": "forbidden_name",
    "eval": "forbidden_name",
    "e = eval": "forbidden_name",
    "@exec\ndef f(): pass": "forbidden_name",
    "@eval\nclass C: pass": "forbidden_name",
    "class C(metaclass=exec): pass": "forbidden_name",
    "import functools\nfunctools.reduce(getattr, 'ab', 1)": "forbidden_name",
    "getattr(1, 'real')": "forbidden_name",
    "[*map(open, ['f'])]": "forbidden_name",
    "globals()['x']": "forbidden_name",
    "vars()": "forbidden_name",
    "__builtins__": "forbidden_name",
    "def f(__builtins__): pass": "forbidden_name",
    "def open(): pass": "forbidden_name",
    "().__class__": "forbidden_attribute",
    "print.__self__": "forbidden_attribute",
    "f'{().__class__}'": "forbidden_attribute",
    "f'{1:{().__class__}}'": "forbidden_attribute",
    "lambda x=().__class__: x": "forbidden_attribute",
    "match 1:\n    case int(__class__=c): pass": "forbidden_attribute",
    "(x for x in ()).gi_frame": "forbidden_attribute",
    "try: 1 / 0\nexcept Exception as e: e.tb_frame": "forbidden_attribute",
    "int.mro": "forbidden_attribute",
    "'{0.real}'.format(1)": "hidden_name",
    "'{0[0]}'.format([1])": "hidden_name",
    "'{:{0.real}}'.format(1)": "hidden_name",
    "('{0.re' + 'al}').format(1)": "hidden_name",
    "t = '{0.real}'\nt.format(1)": "hidden_name",
    "'{x}'.format_map({})": "forbidden_attribute",
    "x = '__class__'": "hidden_name",
    "type('X', (), {'__eq__': 1})": "hidden_name",
    "from operator import attrgetter": "forbidden_attribute",
    "import torch\ntorch._C": "private_attribute",
    "from torch import _C": "private_attribute",
    "class C:\n    def __eq__(self, other): return True": "forbidden_name",
    "class C:\n    def __getattr__(self, name): return 1": "forbidden_name",
    "import numpy as n\nn.load('f')": "forbidden_call",
    "from numpy import load": "forbidden_call",
    "from numpy import load as ok\nok('f')": "forbidden_call",
    "import numpy\nm = numpy\nm.load('f')": "forbidden_call",
    "import numpy\na, b = numpy, 1\na.load('f')": "forbidden_call",
    "import numpy\n(m := numpy).load('f')": "forbidden_call",
    "import torch\ntorch.ops.aten.add": "forbidden_call",
    # Full-width and mathematical letters are the ASCII letters to Python (NFKC).
    "ｅｘｅｃ('x')": "forbidden_name",
    "𝐞𝐯𝐚𝐥('x')": "forbidden_name",
    "().__ｃｌａｓｓ__": "forbidden_attribute",
    "# coding: utf-7\nx = 1": "hidden_code",
    "\n# -*- coding: rot13 -*-\nx = 1": "hidden_code",
    "#!x\r# vim: set fileencoding=utf-16 :\rx = 1": "hidden_code",
    "def": "syntax_error",
    "x = '\0'": "syntax_error",
    "x = '\ud800'": "syntax_error",
    "(" * 5000 + ")" * 5000: "syntax_error",
    "x = 1 #" + "x" * 70_000: "too_long",
}


@pytest.mark.parametrize("source", HOSTILE, ids=lambda source: ascii(source)[:40])
def test_a_hostile_snippet_is_refused_for_the_stated_reason(source: str) -> None:
    assert HOSTILE[source] in [item.code for item in check_python(source, RULES)]


def test_honest_code_passes() -> None:
    source = '''
        """A model; its docstring may speak of __class__ and exec."""
        from __future__ import annotations
        import math
        import numpy as np
        import torch
        from dataclasses import dataclass
        from torch import nn

        class ModelNew(nn.Module):
            """Speaks of __dict__."""
            def __init__(self, width: int) -> None:
                super().__init__()
                self._scale = 1 / math.sqrt(width)
                self.weight = nn.Parameter(torch.zeros(width, width))

            def __call__(self, x: torch.Tensor) -> torch.Tensor:
                "{} is {:>3}".format("width", 3)
                return x @ self.weight * self._scale + np.linalg.norm(np.ones(3))

        @dataclass
        class Options:
            rows: int = 1
            _private: int = 0

        if __name__ == "__main__":
            print(f"{Options().rows=:>4} {'nested'}", torch.load, "\\d")
        θ = 2
    '''
    assert check_python(textwrap.dedent(source), RULES) == ()


def test_every_finding_names_its_line_and_column_in_order() -> None:
    found = check_python("x = 1\nimport os\ny = (1, eval)\n", RULES)
    assert [(item.line, item.column, item.symbol) for item in found] == [(2, 1, "os"), (3, 9, "eval")]
    assert "what may be imported is: math, numpy" in found[0].message


def test_parsing_an_odd_escape_raises_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check_python("x = '\\d'", RULES) == ()


def test_a_longer_module_name_does_not_pass_as_a_submodule() -> None:
    assert check_python("import numpy.linalg", RULES) == ()
    assert [item.code for item in check_python("import numpyx.linalg", RULES)] == ["forbidden_import"]


def test_private_attributes_can_be_allowed() -> None:
    assert check_python("x = 1\nx._y", PythonRules(imports=(), private_attributes=True)) == ()


@given(st.text(max_size=200))
def test_any_text_gets_an_answer(source: str) -> None:
    for item in check_python(source, RULES):
        assert item.line >= 1
        assert item.message


@given(st.sampled_from(sorted(HOSTILE)), st.integers(0, 5))
def test_blank_lines_before_hostile_code_move_the_finding_and_nothing_else(source: str, lines: int) -> None:
    if HOSTILE[source] in ("hidden_code", "syntax_error", "too_long"):
        return
    before, after = check_python(source, RULES), check_python("\n" * lines + source, RULES)
    assert [(item.code, item.line + lines) for item in before] == [(item.code, item.line) for item in after]
