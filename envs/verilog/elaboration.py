"""What the judges that play a design under a driver of ours make of its elaboration."""

from __future__ import annotations

from collections.abc import Sequence

from ecot.envs.stages import failed, passed, said
from ecot.envs.types import Label, StageResult
from ecot.envs.verilog.diagnostics import scrub
from ecot.envs.verilog.family import Port
from ecot.envs.verilog.ports import check_ports
from ecot.envs.verilog.simulators import DRIVER, Built
from ecot.envs.verilog.steps import Checked, engine, limit


def compiled(
    built: Built, checked: Checked, *, top: str, ports: Sequence[Port], entry: str, simulator: str = "iverilog"
) -> StageResult:
    """Return the stage `compile`: whether the candidate elaborates under the driver and has the ports asked for.

    Args:
        built: what came of the elaboration.
        checked: what the static rules found.
        top: the module asked for.
        ports: its ports.
        entry: the candidate's file.
        simulator: the program that elaborated.
    """
    process, found, log, ran = built.process, built.diagnostics, built.log, engine(simulator)
    if process.exhausted is not None:
        return failed("compile", *limit(process, built.tool), engine=ran, log=log)
    wrong = check_ports(top, ports, checked.modules, found, entry)
    if wrong:
        return failed("compile", Label.COMPILATION_ERROR, wrong, engine=ran, log=log)
    own = tuple(item for item in found if item.file != DRIVER)
    if not process.ok:
        if any(item.code == "syntax_error" for item in own):
            own = (*checked.errors, *own)
        own = own or (said(built.tool, "elaboration_error", "the compiler failed without a message"),)
        return failed("compile", Label.COMPILATION_ERROR, own, engine=ran, log=log)
    return passed("compile", engine=ran, log=log, diagnostics=own)


def broken_netlist(built: Built) -> StageResult | None:
    """Return the stage `netlist` where the netlist does not elaborate under the driver; None where it does."""
    process, ran = built.process, engine("iverilog")
    if process.exhausted is not None:
        return failed("netlist", *limit(process, "iverilog"), engine=ran)
    if process.ok:
        return None
    message = "the netlist does not elaborate: parts of the design are missing or are no hardware"
    words = (said("judge", "netlist_broken", message), *built.diagnostics)
    return failed("netlist", Label.SYNTHESIS_ERROR, words, engine=ran, log=scrub(process.stderr))
