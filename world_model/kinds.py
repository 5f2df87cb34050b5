"""The short name of a domain, which all environments over one toolchain share."""

from __future__ import annotations

__all__ = ["kind_of"]


def kind_of(env_id: str) -> str:
    """Return the short name that the environments over one toolchain share.

    >>> kind_of("ECoT/VerilogRepair-v0")
    'Verilog'
    """
    name = env_id.partition("/")[2].rpartition("-")[0]
    return "C" if name == "COptimize" else name.removesuffix("Repair").removesuffix("Optimize")
