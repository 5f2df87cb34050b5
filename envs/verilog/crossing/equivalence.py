"""Proves two designs with several clocks equal: every clock becomes an input that a register compares with its past."""

from __future__ import annotations


def crossing_script(top: str) -> str:
    """Return commands for Yosys that end without an error exactly when the proof is complete.

    Registers, split into bits, are matched by name. Edges are turned into logic, so that a register that hangs on
    another clock, another edge or another reset is another machine.
    """
    lines = []
    for name in ("gold", "gate"):
        lines += [
            f"read_verilog -sv {name}.v",
            f"hierarchy -check -top {top}",
            "proc",
            "flatten",
            "opt_clean",
            "check -assert",
            "memory_map",
            # Places of a memory that no word fills are read as unknown.
            "setundef -undriven -undef",
            "opt_clean",
            "select -assert-none t:$*latch* t:$sr",
            # Bit by bit, registers of another width still match in the bits that both have.
            "wreduce",
            "simplemap t:$dff t:$adff t:$dffe t:$adffe t:$sdff t:$sdffe",
            "splitnets",
            "opt_clean -purge",
            "clk2fflogic",
            "opt_clean",
            f"rename {top} {name}",
            f"design -stash {name}",
        ]
    lines += [
        "design -copy-from gold -as gold gold",
        "design -copy-from gate -as gate gate",
        "equiv_make gold gate equiv",
        "hierarchy -top equiv",
        "opt_clean",
        "equiv_struct",
        "equiv_simple -undef",
        "equiv_induct -undef",
        "equiv_status -assert",
        "",
    ]
    return "\n".join(lines)
