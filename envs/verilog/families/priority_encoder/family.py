"""A priority encoder: width, direction, form of the answer, idle value, polarity, enable and output register vary."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, Clocking, spelled
from ecot.envs.verilog.families.priority_encoder.text import fill
from ecot.envs.verilog.family import Family, Inputs, Outputs, Params, Port

_WORDS = {
    "requests_high": ("req", "requests"),
    "requests_low": ("req_n", "requests_n"),
    "enable": ("en", "enable"),
    "index": ("idx", "index"),
    "one_hot": ("gnt", "grant"),
    "valid": ("vld", "valid"),
    "empty": ("none", "empty"),
}


def _names(params: Params) -> dict[str, str]:
    """The identifier of every role, drawn or not; `requests` is spelled by its polarity."""
    naming = params["naming"]
    outputs = ("index", "one_hot", "valid", "empty")
    names = {
        role: spelled(naming, short, long, "output" if role in outputs else "input")
        for role, (short, long) in _WORDS.items()
    }
    return {**names, "requests": names[f"requests_{params['requests']}"]}


def _clocking(params: Params) -> Clocking | None:
    """Clock and reset of a registered draw."""
    return Clocking.of(params["naming"], params["reset"]) if params["stage"] == "registered" else None


def _index_width(params: Params) -> int:
    return int(params["width"] - 1).bit_length()


def _idle_index(params: Params) -> int:
    """The index of a module that was just reset, or has no request; a held index starts at 0."""
    return (1 << _index_width(params)) - 1 if params["idle"] == "ones" else 0


def _ports(params: Params) -> Sequence[Port]:
    name, clocking = _names(params), _clocking(params)
    ports = list(clocking.ports().values()) if clocking else []
    level = params["requests"]
    about = f"request lines, active {level}; line i is bit i"
    ports.append(Port(name=name["requests"], direction="input", width=params["width"], description=about))
    if params["enable"]:
        about = "clock enable of the output registers, active high" if clocking else "enable, active high"
        ports.append(Port(name=name["enable"], direction="input", description=about))
    kind = "registered" if clocking else "combinational"
    if params["answer"] != "one_hot":
        about = f"index of the winning line, {kind}"
        ports.append(Port(name=name["index"], direction="output", width=_index_width(params), description=about))
    if params["answer"] != "index":
        about = f"winning line, one-hot, active high, {kind}"
        ports.append(Port(name=name["one_hot"], direction="output", width=params["width"], description=about))
    if params["presence"] == "valid":
        ports.append(Port(name=name["valid"], direction="output", description=f"1 where there is a winner, {kind}"))
    if params["presence"] == "empty":
        ports.append(Port(name=name["empty"], direction="output", description=f"1 where there is no winner, {kind}"))
    return ports


def _fill(params: Params) -> dict[str, str]:
    return fill(
        params,
        names=_names(params),
        clocking=_clocking(params),
        idle_index=_idle_index(params),
        example=_example(params),
    )


class _Encoder:
    """The winner as an element of a set of lines. Registered outputs are None until the first reset."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._names = _names(params)
        self._clocking = _clocking(params)
        self._answer: dict[str, int] | None = None

    def settle(self, inputs: Inputs) -> Outputs:
        if self._clocking is None:
            idle = self._params["enable"] and not inputs[self._names["enable"]]
            answer: dict[str, int] | None = self._decide(None if idle else self._winner(inputs), 0)
        else:
            if self._clocking.resets_at_once(inputs):
                self._answer = self._decide(None, 0)
            answer = self._answer
        return {self._names[role]: None if answer is None else answer[role] for role in self._roles()}

    def clock(self, inputs: Inputs) -> None:
        if self._clocking is None:
            return
        if self._clocking.resets(inputs):
            self._answer = self._decide(None, 0)
        elif self._answer is not None and (not self._params["enable"] or inputs[self._names["enable"]]):
            self._answer = self._decide(self._winner(inputs), self._answer["index"])

    def _roles(self) -> list[str]:
        answer, presence = self._params["answer"], self._params["presence"]
        return [*(["index", "one_hot"] if answer == "both" else [answer]), *([] if presence == "none" else [presence])]

    def _winner(self, inputs: Inputs) -> int | None:
        lines, asserted = inputs[self._names["requests"]], int(self._params["requests"] == "high")
        waiting = [line for line in range(self._params["width"]) if lines >> line & 1 == asserted]
        if not waiting:
            return None
        return waiting[0] if self._params["priority"] == "lowest" else waiting[-1]

    def _decide(self, winner: int | None, last: int) -> dict[str, int]:
        if winner is None:
            index = last if self._params["idle"] == "hold" else _idle_index(self._params)
            return {"index": index, "one_hot": 0, "valid": 0, "empty": 1}
        return {"index": winner, "one_hot": 1 << winner, "valid": 1, "empty": 0}


def _example(params: Params) -> str:
    """Four computed rows: a single request, two, all and none."""
    name, model = _names(params), _Encoder(params)
    outputs = [port for port in _ports(params) if port.direction == "output"]
    width, full = params["width"], (1 << params["width"]) - 1
    header = [name["requests"], *(port.name for port in outputs)]
    rows = ["| " + " | ".join(f"`{column}`" for column in header) + " |", "|" + "---|" * len(header)]
    model.settle(_inputs(params, {"reset": 1}))
    model.clock(_inputs(params, {"reset": 1}))
    for lines in (2, 0b101 << (width - 3), full, 0):
        inputs = _inputs(params, {"requests": lines, "enable": 1})
        model.clock(inputs)
        values = model.settle(inputs)
        cells = [f"{inputs[name['requests']]:0{width}b}", *(f"{values[port.name]:0{port.width}b}" for port in outputs)]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _inputs(params: Params, cycle: dict[str, int]) -> Inputs:
    """Values by port of a cycle given by meaning: 1 is active, absent is 0."""
    name, clocking = _names(params), _clocking(params)
    full = (1 << params["width"]) - 1
    lines = cycle.get("requests", 0)
    inputs = {name["requests"]: lines if params["requests"] == "high" else full - lines}
    if params["enable"]:
        inputs[name["enable"]] = cycle.get("enable", 0)
    if clocking:
        inputs[clocking.reset] = clocking.drive(cycle.get("reset", 0))
    return inputs


def _directed(params: Params, rng: Random) -> list[dict[str, int]]:
    """Every line alone, with everything below its rank, and with some of it; idle cycles and resets in between."""
    width = params["width"]
    cycles = [{"reset": 1}, {"reset": 1, "enable": 1, "requests": (1 << width) - 1}, {"enable": 1}, {"enable": 1}]
    contests = []
    for line in range(width):
        weaker = ((1 << width) - (2 << line)) if params["priority"] == "lowest" else (1 << line) - 1
        contests += [1 << line | rivals for rivals in (0, weaker, *(weaker & rng.getrandbits(width) for _ in range(4)))]
    # In any order but the lines' own: a held answer must differ from the one that comes next.
    rng.shuffle(contests)
    for lines in contests:
        cycles.append({"enable": 1, "requests": lines})
        cycles += rng.choice(
            ([], [], [{"enable": 1}], [{"enable": 1}] * 2, [{"enable": 0, "requests": rng.getrandbits(width)}])
        )
    cycles += [{"reset": 1, "enable": 1, "requests": 1 << line} for line in (0, width - 1)]
    cycles += [{"enable": 1, "requests": 2}, {"reset": 1, "enable": 0, "requests": 2}, {"enable": 0, "requests": 2}]
    return [*cycles, {"enable": 1}, {"enable": 1, "requests": 2}, {"enable": 1, "requests": 1}, {"enable": 1}]


def _stimulus(params: Params, rng: Random) -> Sequence[Inputs]:
    width = params["width"]
    cycles = _directed(params, rng)
    for _ in range(200):
        dense, sparse = rng.getrandbits(width), rng.getrandbits(width) & rng.getrandbits(width) & rng.getrandbits(width)
        lines = rng.choice((dense, sparse, sparse, 1 << rng.randrange(width), 0))
        reset = int(rng.random() < 0.05)
        cycles.append({"requests": lines, "enable": int(rng.random() < 0.75), "reset": reset})
    return [_inputs(params, cycle) for cycle in cycles]


def _valid(params: Params) -> bool:
    """No request must be told from every request, nothing combinational can hold, and idle choices must be visible."""
    ambiguous = params["answer"] == "index" and params["presence"] == "none"
    invisible = params["answer"] == "one_hot" and params["idle"] != "zero"
    stateless = params["stage"] == "combinational"
    return not (ambiguous or invisible or (stateless and (params["idle"] == "hold" or params["reset"] != RESETS[0])))


FAMILY = Family(
    name="priority_encoder",
    revision=1,
    level=1,
    title="priority encoder",
    choices={
        "width": (3, 4, 5, 6, 8, 10, 12, 16),
        "priority": ("lowest", "highest"),
        "answer": ("index", "one_hot", "both"),
        "presence": ("valid", "empty", "none"),
        "idle": ("zero", "ones", "hold"),
        "requests": ("high", "low"),
        "stage": ("combinational", "registered"),
        "enable": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
    },
    ports=_ports,
    fill=_fill,
    model=_Encoder,
    stimulus=_stimulus,
    cosmetic=("naming",),
    valid=_valid,
    tags=("combinational", "sequential", "arbitration"),
)
