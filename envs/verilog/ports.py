"""Whether the candidate's top module has the ports that the task asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ecot.envs.types import Diagnostic
from ecot.envs.verilog.family import Port

_DRIVER_CODES = frozenset({"unknown_port", "port_width", "unconnected_input", "invalid_lvalue", "unknown_module"})


def check_ports(
    top: str, ports: Sequence[Port], modules: Mapping[str, Any], said: Sequence[Diagnostic], entry: str
) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the interface.

    Args:
        top: the module asked for.
        ports: as asked for.
        modules: ports by module that nothing instantiates, as `rules.check` returns them; empty where not known.
        said: what Icarus said when it elaborated the module under the driver; decides where `modules` does not.
        entry: the candidate's file.
    """
    found = _differences(top, ports, modules[top]) if top in modules else _from_driver(top, modules, said)
    return tuple(
        Diagnostic(tool="judge", file=entry, code=code, symbol=name, message=text) for code, name, text in found
    )


def _differences(top: str, ports: Sequence[Port], actual: Sequence[Sequence[Any]]) -> list[tuple[str, str, str]]:
    given = {name: (direction, width) for name, direction, width in actual}
    found = []
    for port in ports:
        if port.name not in given:
            text = f"module `{top}` lacks the port `{port.name}` ({port.direction}, {_bits(port.width)})"
            found.append(("missing_port", port.name, text))
            continue
        direction, width = given[port.name]
        if direction != port.direction:
            text = f"port `{port.name}` of `{top}` must be an {port.direction}, not an {direction}"
            found.append(("port_direction", port.name, text))
        elif width != port.width:
            text = f"port `{port.name}` of `{top}` must have {_bits(port.width)}, not {width}"
            found.append(("port_width", port.name, text))
    asked = {port.name for port in ports}
    for name, (direction, _) in given.items():
        if name not in asked:
            found.append(
                ("extra_port", name, f"module `{top}` has a port `{name}` ({direction}) that is not asked for")
            )
    return found


def _from_driver(top: str, modules: Mapping[str, Any], said: Sequence[Diagnostic]) -> list[tuple[str, str, str]]:
    found = []
    for item in said:
        if item.code == "unknown_module" and item.symbol == top:
            others = ", ".join(f"`{name}`" for name in modules)
            text = f"there is no module `{top}`" + (f"; the source defines {others}" if others else "")
            found.append(("missing_top", top, text))
        elif item.file == "driver.v" and item.code in _DRIVER_CODES:
            found.append((item.code, item.symbol, f"the interface of `{top}` is not as asked for: {item.message}"))
    return found


def _bits(width: int) -> str:
    return "1 bit" if width == 1 else f"{width} bits"
