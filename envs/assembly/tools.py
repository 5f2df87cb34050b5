"""The programs and packages that the assembly domain runs, and what it asks of the processor."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ecot.envs.domain import Tool
from ecot.envs.errors import ToolchainMissing

_BINUTILS = "sudo apt-get install -y binutils"
GCC = Tool(name="gcc", version_argv=("gcc", "--version"), version_pattern=r"\) ([0-9.]+)",
           install="sudo apt-get install -y gcc")  # fmt: skip
ASSEMBLER = Tool(name="as", version_argv=("as", "--version"), version_pattern=r"\) ([0-9.]+)", install=_BINUTILS)
LINKER = Tool(name="ld", version_argv=("ld", "--version"), version_pattern=r"\) ([0-9.]+)", install=_BINUTILS)
CAPSTONE = Tool(name="capstone", install="pip install 'ecot-gym[assembly]'", package=True)
ELFTOOLS = Tool(name="pyelftools", install="pip install 'ecot-gym[assembly]'", package=True)
TOOLS = (GCC, ASSEMBLER, LINKER, CAPSTONE, ELFTOOLS)

LEVELS = {
    "v2": ("cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"),
    "v3": ("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"),
}
"""What Linux calls the features of each level of x86-64, beyond those of the level before."""


@cache
def _features() -> frozenset[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line.split(":")[1] for line in lines if line.startswith("flags")), "").split())


def check_processor() -> None:
    """Raise `ToolchainMissing` unless this processor runs x86-64-v3; the runner itself needs that, at every level."""
    missing = [name for level in LEVELS.values() for name in level if name not in _features()]
    if missing:
        raise ToolchainMissing(
            f"this processor lacks {', '.join(missing)} of x86-64-v3; run assembly tasks on another machine"
        )
