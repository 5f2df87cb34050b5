"""How cocotb is started in the sandbox: the simulator with its VPI library, and the variables that it reads."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import cocotb
import find_libpython

from ecot.envs.errors import ToolchainMissing
from ecot.envs.sandbox import view
from ecot.envs.verilog.driver import MODULE

_TEST = "play"


@cache
def simulation_argv(program: str) -> tuple[str, ...]:
    """Return the command that plays the plan into a program for `vvp`.

    Raises:
        ToolchainMissing: the interpreter was built without a shared library, which the simulator embeds.
    """
    library = find_libpython.find_libpython()
    if library is None:
        raise ToolchainMissing("cocotb needs a Python with a shared library: none was found for this interpreter")
    folder = Path(cocotb.__file__).parent
    entry = next(folder.glob("simulator.*"))
    variables = {
        "PYTHONPATH": os.pathsep.join([".", *view.modules()]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYGPI_PYTHON_BIN": view.executable(),
        "GPI_USERS": f"{library};{entry},initialize",
        "TOPLEVEL_LANG": "verilog",
        "COCOTB_TOPLEVEL": MODULE,
        "COCOTB_TEST_MODULES": _TEST,
        "COCOTB_RANDOM_SEED": "1",
        "COCOTB_LOG_LEVEL": "ERROR",
        "GPI_LOG_LEVEL": "ERROR",
        # Rewriting assertions for pytest loads every plugin that is installed, five times the cost of all else.
        "COCOTB_REWRITE_ASSERTION_FILES": "",
    }
    words = [f"{name}={value}" for name, value in variables.items()]
    return ("/usr/bin/env", *words, "vvp", "-m", str(folder / "libs/libcocotbvpi_icarus.so"), program)
