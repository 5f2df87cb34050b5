"""The texts of a draw of the shift register: prose of the specification, fragments of the solution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecot.envs.verilog.clocking import Clocking, waveform
from ecot.envs.verilog.family import Inputs, Model, Params, Port


def fill(
    params: Params,
    *,
    ports: Mapping[str, Port],
    clocking: Clocking,
    codes: Mapping[int, str],
    reset_value: int,
    model: Model,
    example: Sequence[Inputs],
) -> dict[str, str]:
    """Every placeholder of the instruction, the solution and the hacks."""
    names = {key: port.name for key, port in ports.items()}
    names.setdefault("from_right", names["from_left"])
    width, bits = params["width"], ports["mode"].width
    return {
        **{key: names[key] for key in ("mode", "data", "from_left", "from_right", "state")},
        **clocking.fill(),
        "clock": clocking.clock,
        "width": str(width),
        "top_bit": str(width - 1),
        "reset_literal": f"{width}'b{reset_value:0{width}b}",
        "operations": _operations(params, names, codes, bits=bits),
        "reserved_rule": _reserved_rule(params, names, codes, bits=bits),
        "enable_rule": _enable_rule(params, names),
        "serial_rule": _serial_rule(params, names),
        "reset_rule": f"the register to `{reset_value:0{width}b}` (binary)"
        + (f" and `{names['last']}` to 0" if "last" in names else ""),
        "example": waveform(model, example, ports, binary=True),
        **_verilog(params, names, codes, bits=bits),
    }


def _operations(params: Params, names: Mapping[str, str], codes: Mapping[int, str], *, bits: int) -> str:
    top = params["width"] - 1
    left, right = f"`{names['from_left']}`", f"`{names['from_right']}`"
    meaning = {
        "HOLD": "nothing changes",
        "SHR": f"every bit moves one place down; {left} becomes bit {top}",
        "SHL": f"every bit moves one place up; {right} becomes bit 0",
        "ASR": f"every bit moves one place down; bit {top} keeps its value",
        "ROR": f"every bit moves one place down; the old bit 0 becomes bit {top}",
        "ROL": f"every bit moves one place up; the old bit {top} becomes bit 0",
        "CLR": "every bit becomes 0",
        "LOAD": f"the register becomes `{names['data']}`",
    }
    rows = [f"| `{code:0{bits}b}` | {name} | {meaning[name]} |" for code, name in sorted(codes.items())]
    return "\n".join(["| Code | Operation | Effect of the edge |", "|---|---|---|", *rows])


def _reserved_rule(params: Params, names: Mapping[str, str], codes: Mapping[int, str], *, bits: int) -> str:
    reserved = [f"`{code:0{bits}b}`" for code in range(1 << bits) if code not in codes]
    if not reserved:
        return f"Every code of `{names['mode']}` is an operation."
    effect = "do what HOLD does" if params["reserved"] == "hold" else "set every bit of the register to 0"
    return f"The other codes ({', '.join(reserved)}) {effect}."


def _enable_rule(params: Params, names: Mapping[str, str]) -> str:
    if params["enable"] == "none":
        return "There is no enable: every rising edge outside of reset performs the operation."
    level = 1 if params["enable"] == "high" else 0
    return (
        f"An operation, LOAD included, takes place only where `{names['enable']}` is {level}; a rising edge that finds "
        f"it at {1 - level} changes nothing. Reset does not depend on it."
    )


def _serial_rule(params: Params, names: Mapping[str, str]) -> str:
    top = params["width"] - 1
    if params["serial_out"] == "none":
        return "There is no serial output."
    if params["serial_out"] == "ends":
        return (
            f"`{names['left']}` is bit {top} of the register and `{names['right']}` is bit 0, at all times and "
            "whatever the operation."
        )
    downwards, upwards = _present(params, ("SHR", "ASR", "ROR")), _present(params, ("SHL", "ROL"))
    clears = ["LOAD"] + ["CLR"] * (params["operations"] == "full")
    clears += ["a reserved code"] * (params["reserved"] == "clear")
    return (
        f"`{names['last']}` is a register of its own. {downwards} sets it to the old bit 0, {upwards} to the "
        f"old bit {top}, {' or '.join(clears)} to 0; otherwise it keeps its value."
    )


def _present(params: Params, operations: tuple[str, ...]) -> str:
    """Those of `operations` that the draw has."""
    absent = {"classic": ("ASR", "ROR", "ROL"), "arithmetic": ("ROR", "ROL"), "rotate": ("ASR",), "full": ()}
    return " or ".join(name for name in operations if name not in absent[params["operations"]])


def _verilog(params: Params, names: Mapping[str, str], codes: Mapping[int, str], *, bits: int) -> dict[str, str]:
    last = "last" in names
    outputs = []
    if params["serial_out"] == "ends":
        outputs = [f"assign {names['left']} = state[{params['width'] - 1}];", f"assign {names['right']} = state[0];"]
    if last:
        outputs = [f"assign {names['last']} = last;"]
    right, wrong = _effects(params, names), _effects(params, names)
    wrong["SHR"], wrong["SHL"] = wrong["SHL"], wrong["SHR"]
    ignored = {**right, "SHR": (_rotated(params, down=True), "state[0]")}
    return {
        "advance": {"none": "1'b1", "high": names.get("enable", ""), "low": f"!{names.get('enable')}"}[
            params["enable"]
        ],
        "else_advance": f"else if ({'!' * (params['enable'] == 'low')}{names['enable']})"
        if "enable" in names
        else "else",
        "last_declaration": "reg  last;" if last else "",
        "last_reset": "last <= 1'b0;" if last else "",
        "serial_outputs": "\n    ".join(outputs),
        "arms": _arms(params, codes, right, bits=bits, last=last),
        "mirrored_arms": _arms(params, codes, wrong, bits=bits, last=last),
        "rotating_arms": _arms(params, codes, ignored, bits=bits, last=last),
    }


def _rotated(params: Params, *, down: bool) -> str:
    top = params["width"] - 1
    return f"{{state[0], state[{top}:1]}}" if down else f"{{state[{top - 1}:0], state[{top}]}}"


def _effects(params: Params, names: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Next register and next last bit of every operation that changes something."""
    top = params["width"] - 1
    zero = (f"{params['width']}'d0", "1'b0")
    return {
        "SHR": (f"{{{names['from_left']}, state[{top}:1]}}", "state[0]"),
        "SHL": (f"{{state[{top - 1}:0], {names['from_right']}}}", f"state[{top}]"),
        "ASR": (f"{{state[{top}], state[{top}:1]}}", "state[0]"),
        "ROR": (_rotated(params, down=True), "state[0]"),
        "ROL": (_rotated(params, down=False), f"state[{top}]"),
        "CLR": zero,
        "": zero,
        "LOAD": (names["data"], "1'b0"),
    }


def _arms(
    params: Params, codes: Mapping[int, str], effects: Mapping[str, tuple[str, str]], *, bits: int, last: bool
) -> str:
    """The arms of the case statement; the default holds, or clears where reserved codes do."""

    def statement(operation: str) -> str:
        state, out = effects[operation]
        return f"begin state <= {state}; last <= {out}; end" if last else f"state <= {state};"

    arms = [f"{bits}'b{code:0{bits}b}: {statement(name)}" for code, name in sorted(codes.items()) if name != "HOLD"]
    if params["reserved"] == "clear":
        hold = next(code for code, name in codes.items() if name == "HOLD")
        arms += [f"{bits}'b{hold:0{bits}b}: state <= state;", f"default: {statement('')}"]
    else:
        arms.append("default: state <= state;")
    return "\n                ".join(arms)
