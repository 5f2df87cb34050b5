"""The texts of a draw of the Gray code family: prose of the specification, fragments of the solution."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.verilog.clocking import Clocking, driven, waveform
from ecot.envs.verilog.families.gray.model import reflected
from ecot.envs.verilog.family import Model, Params, Port

_TITLES = {
    "encode": "a binary to Gray code converter",
    "decode": "a Gray to binary code converter",
    "both": "a converter between binary and Gray code",
    "counter": "a Gray counter",
}


def fill(params: Params, *, ports: Mapping[str, Port], clocking: Clocking, model: Model) -> dict[str, str]:
    """Every placeholder of the instruction, the solution and the hacks."""
    names = {key: port.name for key, port in ports.items()}
    width = params["width"]
    return {
        "comment": f"{_TITLES[params['form']].removeprefix('a ').capitalize()}.",
        "example_note": "one case a row"
        if params["stage"] == "combinational"
        else f"a row a cycle, read just before the rising edge of `{clocking.clock}`",
        "next_bit": str(width - 2),
        "title": _TITLES[params["form"]],
        "width": str(width),
        "top_bit": str(width - 1),
        "last": str((1 << width) - 1),
        "words": ", ".join(f"`{word:03b}`" for word in reflected(3)),
        "rules": _counter_rules(params, names) if params["form"] == "counter" else _converter_rules(params, names),
        "timing": _timing(params, names, clocking),
        "example": waveform(model, driven(_example(params), ports, clocking), ports, binary=True),
        **clocking.fill(),
        **_verilog(params, names, clocking),
    }


def _converter_rules(params: Params, names: Mapping[str, str]) -> str:
    code, result = names["code"], names["result"]
    encodes = f"`{result}` is the Gray code word of the number n that `{code}` holds in binary."
    decodes = f"`{result}` is the number n, in binary, whose Gray code word is `{code}`."
    rule = {
        "encode": f"3. {encodes}",
        "decode": f"3. {decodes}",
        "both": f"3. While `{names.get('select')}` is 0, {encodes}\n4. While `{names.get('select')}` is 1, {decodes}",
    }[params["form"]]
    if params["enable"]:
        rule += f"\n{5 if params['form'] == 'both' else 4}. A rising edge that finds `{names['enable']}` at 0 leaves "
        rule += f"`{result}` as it is. Reset does not depend on `{names['enable']}`."
    return rule


def _counter_rules(params: Params, names: Mapping[str, str]) -> str:
    """The rules of the counter, numbered on from 3, strongest first."""
    last = (1 << params["width"]) - 1
    rules = ["The module holds a count n. Each rising edge changes it by the first rule below that applies."]
    rules.append("Reset: the next count is 0.")
    if params["load"] != "none":
        meaning = "that" if params["load"] == "binary" else "the number whose Gray code word is"
        value = f"`{names['data']}`" if params["load"] == "binary" else f"{meaning} `{names['data']}`"
        rule = f"Load: where `{names['load']}` is 1 the next count is {value}; every value is legal."
        rules.append(rule + (f" Loading does not depend on `{names['enable']}`." if params["enable"] else ""))
    if params["enable"]:
        rules.append(f"Hold: where `{names['enable']}` is 0 the count stays.")
    wraps = params["limit"] == "wrap"
    up = f"the next count is n + 1; after {last} " + ("comes 0." if wraps else f"it stays at {last}.")
    down = "the next count is n - 1; after 0 " + (f"comes {last}." if wraps else "it stays at 0.")
    rules.append(
        {
            "up": f"Count: {up}",
            "down": f"Count: {down}",
            "both": f"Count: where `{names.get('down')}` is 0, {up} Where `{names.get('down')}` is 1, {down} The "
            "direction may change at any edge.",
        }[params["direction"]]
    )
    shown = f"At all times `{names['gray']}` is the Gray code word of the count"
    rules.append(shown + (f", and `{names['binary']}` is the count in binary." if params["binary_output"] else "."))
    return "\n".join(f"{number}. {rule}" for number, rule in enumerate(rules, 3))


def _timing(params: Params, names: Mapping[str, str], clocking: Clocking) -> str:
    if params["stage"] == "combinational":
        return (
            "There is no clock and no state: the output is a function of the present inputs alone, is driven for every "
            "combination of inputs, and no latch may be inferred."
        )
    output = names["gray"] if params["form"] == "counter" else names["result"]
    subject = "the count is 0" if params["form"] == "counter" else f"`{output}` is 0"
    outputs = f"`{output}`" + (f" and `{names['binary']}` depend" if "binary" in names else " depends")
    return (
        f"- {outputs} on the registers alone: a new value appears right after the rising edge of "
        f"`{clocking.clock}` that caused it and stays until the next change; inputs other than an asynchronous "
        "reset act at rising edges only.\n"
        f"- {clocking.fill()['reset_text']}. In reset {subject}. Before the first reset the outputs are unspecified."
    )


def _example(params: Params) -> list[dict[str, int]]:
    """A few cycles: some conversions, or a count from the reset, with what the draw has on the way."""
    if params["form"] != "counter":
        middle, full = 0b101 << params["width"] >> 3, (1 << params["width"]) - 1
        codes = [(1, 0), (2, 0), (middle, 0), (middle, 1), (full, 0), (full, 1), (0, 0)]
        if params["form"] != "both":
            codes = [pair for pair in codes if not pair[1]]
        start = [{"reset": 1}] if params["stage"] == "registered" else []
        return start + [{"enable": 1, "code": code, "select": select} for code, select in codes]
    last = (1 << params["width"]) - 1
    cycles = [{"reset": 1}, *[{"enable": 1}] * 3, {"enable": 0}, {"load": 1, "data": last}, {"enable": 1, "down": 1}]
    return [*cycles, {"enable": 1}, {}]


def _verilog(params: Params, names: Mapping[str, str], clocking: Clocking) -> dict[str, str]:
    """Declarations, process and outputs of the solution, and the wrong ones of the hacks."""
    pieces = _counter_verilog(params, names) if params["form"] == "counter" else _converter_verilog(params, names)
    clocked = params["stage"] == "registered"
    advance = f"else if ({names['enable']})" if params["enable"] else "else"
    load = f"else if ({names['load']})\n            state <= {pieces['loaded']};" if params["load"] != "none" else ""
    step = f"        {advance}\n            state <= {pieces['next']};"
    return {
        **pieces,
        "state": f"reg  [{params['width'] - 1}:0] state;" if clocked else "",
        "process": _process(params, clocking, load, step) if clocked else "",
    }


def _process(params: Params, clocking: Clocking, load: str, step: str) -> str:
    texts = clocking.fill()
    lines = [f"always @({texts['edges']}) begin", f"        if ({texts['reset_active']})"]
    lines += [f"            state <= {params['width']}'d0;", *([f"        {load}"] if load else []), step, "    end"]
    return "\n".join(lines)


def _prefixes(target: str, source: str, width: int) -> str:
    """Gray to binary: each bit is the parity of the code from the top down to it."""
    top = width - 1
    lines = [f"assign {target}[{top}] = {source}[{top}];"]
    lines += [f"assign {target}[{bit}] = ^{source}[{top}:{bit}];" for bit in reversed(range(top))]
    return "\n    ".join(lines)


def _converter_verilog(params: Params, names: Mapping[str, str]) -> dict[str, str]:
    code, width, form = names["code"], params["width"], params["form"]
    span = f"[{width - 1}:0]"
    encoded = f"{code} ^ ({code} >> 1)"
    decoder = f"wire {span} decoded;\n    {_prefixes('decoded', code, width)}"
    value = {"encode": encoded, "decode": "decoded", "both": f"{names.get('select')} ? decoded : {encoded}"}[form]
    shown = "state" if params["stage"] == "registered" else value
    plain = "state" if params["stage"] == "registered" else code
    return {
        "decoder": "" if form == "encode" else decoder,
        "loaded": "",
        "next": value,
        "target": names["result"],
        "shown": shown,
        "unconverted": code,
        "wrong_way": f"{plain} ^ ({plain} << 1)",
        "binary_output": "",
    }


def _counter_verilog(params: Params, names: Mapping[str, str]) -> dict[str, str]:
    width, data = params["width"], names.get("data", "")
    one, last, zero = f"{width}'d1", f"{width}'d{(1 << width) - 1}", f"{width}'d0"
    up, down = f"state + {one}", f"state - {one}"
    if params["limit"] == "saturate":
        up, down = f"(state == {last}) ? {last} : {up}", f"(state == {zero}) ? {zero} : {down}"
    both = (
        f"{names.get('down')} ? ({down}) : ({up})"
        if params["limit"] == "saturate"
        else f"{names.get('down')} ? {down} : {up}"
    )
    decoder = f"wire [{width - 1}:0] decoded;\n    {_prefixes('decoded', data, width)}"
    return {
        "decoder": decoder if params["load"] == "gray" else "",
        "loaded": "decoded" if params["load"] == "gray" else data,
        "next": {"up": up, "down": down, "both": both}[params["direction"]],
        "target": names["gray"],
        "shown": "state ^ (state >> 1)",
        "unconverted": "state",
        "wrong_way": "state ^ (state << 1)",
        "binary_output": f"assign {names['binary']} = state;" if params["binary_output"] else "",
    }
