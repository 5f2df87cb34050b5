"""The pieces of `fir_filter`'s instruction and solution that depend on the draw."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.verilog.family import Params
from ecot.envs.verilog.systems import by_reset, signed_bits

_ROUNDING = {
    "floor": "*r* is the largest integer that is not above *S* / {unit} (an arithmetic shift to the right).",
    "half_up": "*r* is the integer nearest to *S* / {unit}; halfway between two integers the larger one is taken (so "
    "-{half} / {unit} becomes 0 and {half} / {unit} becomes 1).",
    "half_even": "*r* is the integer nearest to *S* / {unit}; halfway between two integers the even one is taken (so "
    "both {half} / {unit} and -{half} / {unit} become 0, and {three} / {unit} becomes 2).",
    "to_zero": "*r* is *S* / {unit} without its fraction: rounded down where *S* is positive, up where it is negative.",
}


def text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Clauses of the instruction."""
    unit, width, latency = 1 << params["shift"], params["width"], params["latency"]
    numbers = {"unit": str(unit), "half": str(unit // 2), "three": str(3 * unit // 2)}
    top = 1 << width - 1
    edge = "active edge" if params["enable"] else "edge"
    return {
        "unit": str(unit),
        "width": str(width),
        "by_reset": by_reset(params),
        "taps": str(len(params["coefficients"])),
        "earlier": str(len(params["coefficients"]) - 1),
        "coefficient_rows": "\n".join(
            f"| {place} | {'the accepted sample' if place == 0 else _ago(place)} | {factor} |"
            for place, factor in enumerate(params["coefficients"])
        ),
        "edge": edge,
        "active_text": f"An *active edge* is a rising edge of `{words['clock']}` outside reset at which "
        f"`{words['enable']}` is 1. At every other edge outside reset nothing changes, neither outputs nor results on "
        "their way, and no input counts."
        if params["enable"]
        else f"In these rules an *edge* is a rising edge of `{words['clock']}` outside reset.",
        "rounding_text": _ROUNDING[params["rounding"]].format_map(numbers),
        "overflow_text": f"where *r* is above {top - 1} the result is {top - 1}; where it is below -{top} the result "
        f"is -{top}; otherwise it is *r*."
        if params["overflow"] == "saturate"
        else f"the result is the low {width} bits of *r*, whatever is lost.",
        "clear_text": f"At an {edge} at which `{words['clear']}` is 1, all samples accepted before this edge are "
        f"forgotten: from then on they count as 0. Where `{words['valid']}` is 1 at the same edge, the sample is "
        "accepted after that, as the first one. Results already on their way are not touched."
        if params["clear"]
        else "There is no clear: only a reset forgets samples.",
        "latency": str(latency),
        "latency_text": f"the result of a sample appears right after the {edge} that accepts it"
        if latency == 1
        else f"the result of a sample appears right after the {_ordinal(latency)} {edge}, counting the {edge} that "
        "accepts it as the first",
        "idle_text": f"`{words['result']}` keeps the latest result (0 after a reset)"
        if params["idle"] == "hold"
        else f"`{words['result']}` is 0",
    }


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third"}[number]


def _ago(place: int) -> str:
    return "the sample accepted just before it" if place == 1 else f"the sample accepted {place} samples before it"


def _range(params: Params) -> tuple[int, int]:
    """The least and the greatest sum."""
    top = 1 << params["width"] - 1
    factors = params["coefficients"]
    greatest = sum(factor * (top - 1 if factor > 0 else -top) for factor in factors)
    return sum(factor * (-top if factor > 0 else top - 1) for factor in factors), greatest


def _sum_bits(params: Params) -> int:
    """Bits of the sum: those that the rounded result depends on."""
    unit = 1 << params["shift"]
    if params["overflow"] == "wrap" and params["rounding"] != "to_zero":
        return int(params["width"] + params["shift"])
    least, greatest = _range(params)
    return signed_bits(least, greatest + {"half_up": unit // 2, "half_even": unit // 2}.get(params["rounding"], 0))


def verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution, and of those hacks that take another draw's choice."""
    others = {
        "otherwise_": {"overflow": "wrap" if params["overflow"] == "saturate" else "saturate"},
        "misrounded_": {"rounding": _MISTAKEN[params["rounding"]]},
    }
    pieces = _pieces(params, words)
    for prefix, change in others.items():
        pieces |= {f"{prefix}{key}": value for key, value in _pieces({**params, **change}, words).items()}
    return pieces


def _pieces(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    bits, shift, width, latency = _sum_bits(params), params["shift"], params["width"], params["latency"]
    taps, wide = len(params["coefficients"]), f"signed [{bits - 1}:0]"
    clear, enable, valid = words.get("clear"), words.get("enable"), words["valid"]
    left = (taps - 1) * width - 1
    seen = [
        words["sample"],
        *(f"$signed(seen[{place * width - 1}:{place * width - width}])" for place in range(1, taps)),
    ]
    factors = [f"{'-' if factor < 0 else ''}{bits}'sd{abs(factor)}" for factor in params["coefficients"]]
    products = [f"{sample} * {factor}" for sample, factor in zip(seen, factors, strict=True)]
    names = [f"product_{place}" for place in range(taps)]
    stages = ["arrived", "summed", "multiplied"][:latency]
    before = [*stages[1:], valid]
    shifted = f"{{seen[{left - width}:0], {words['sample']}}}"
    return {
        "declarations": f"    reg [{left}:0] earlier;\n"
        + (f"    reg {wide} {', '.join(names)};\n" if latency == 3 else "")
        + (f"    reg {wide} total;\n" if latency > 1 else "")
        + f"    reg {', '.join(stages)};\n    reg signed [{width - 1}:0] shown;\n",
        "seen": f"    wire [{left}:0] seen = " + (f"{clear} ? {left + 1}'d0 : earlier;" if clear else "earlier;"),
        "sum_wire": f"    wire {wide} {'total' if latency == 1 else 'sum'} = "
        + " + ".join(names if latency == 3 else products)
        + ";",
        "biased": _biased(params, bits),
        "bits_left": str(bits - 1),
        "rounded_left": str(bits - 1 - shift),
        "shift": str(shift),
        "offered": before[0],
        "resets": "".join(f"            {name} <= 0;\n" for name in ["earlier", *stages, "shown"]),
        "open_enable": f"if ({enable}) " if enable else "",
        "chain": "".join(f"            {new} <= {old};\n" for new, old in zip(stages, before, strict=True)),
        "moves": f"            if ({valid})\n                earlier <= {shifted};\n"
        + (f"            else if ({clear})\n                earlier <= 0;\n" if clear else ""),
        "moves_always": f"            earlier <= {shifted};\n",
        "products": "".join(f"            {name} <= {text};\n" for name, text in zip(names, products, strict=True))
        * (latency == 3),
        "sums": "            total <= sum;\n" * (latency > 1),
        "limits": f"            if ({before[0]}) begin\n                {_limits(params)}            end"
        + (" else\n                shown <= 0;\n" if params["idle"] == "zero" else "\n"),
    }


def _limits(params: Params) -> str:
    """The statement that keeps the rounded sum."""
    width = params["width"]
    top = 1 << width - 1
    if params["overflow"] == "wrap":
        return f"shown <= rounded[{width - 1}:0];\n"
    return (
        f"if (rounded > {top - 1})\n                    shown <= {top - 1};\n"
        f"                else if (rounded < -{top})\n                    shown <= -{top};\n"
        "                else\n                    shown <= rounded;\n"
    )


_MISTAKEN = {"floor": "half_up", "half_up": "floor", "half_even": "half_up", "to_zero": "floor"}


def _biased(params: Params, bits: int) -> str:
    """The sum plus what makes rounding down give the rounding of the draw."""
    shift = params["shift"]
    half = 1 << shift - 1
    return {
        "floor": "total",
        "half_up": f"total + {bits}'sd{half}",
        "half_even": f"total + {bits}'sd{half - 1} + total[{shift}]",
        "to_zero": f"total + {{{shift}{{total[{bits - 1}]}}}}",
    }[str(params["rounding"])]
