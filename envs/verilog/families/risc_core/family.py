"""A small RISC core of three stages: encoding, word, hazards, branches, register 0 and comparison vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.families.risc_core.encoding import Instruction, encoded, operations
from ecot.envs.verilog.families.risc_core.model import Core, code_width
from ecot.envs.verilog.families.risc_core.text import text
from ecot.envs.verilog.families.risc_core.verilog import verilog
from ecot.envs.verilog.family import Family, Inputs, Params
from ecot.envs.verilog.pinout import Clocked, Pinout
from ecot.envs.verilog.systems import pinout_of


def _pinout(params: Params) -> Pinout:
    word, code = params["word"], code_width(params)
    wide = 16 if params["encoding"] == "compact" else 32
    return pinout_of(
        params,
        [
            ("offered", "ivalid", "instr_valid", "input", 1, "the instruction port offers an instruction"),
            ("instruction", "instr", "instruction", "input", wide, "the instruction at the address shown"),
            ("data_in", "rdata", "data_in", "input", word, "the word read, one cycle after the read"),
            ("address", "pc", "instr_address", "output", code, "address of the next instruction to fetch"),
            ("read", "ren", "data_read", "output", 1, "a word is read"),
            ("write", "wen", "data_write", "output", 1, "a word is written"),
            ("data_address", "daddr", "data_address", "output", word, "address of the word read or written"),
            ("data_out", "wdata", "data_out", "output", word, "the word written"),
            ("retired", "rf_we", "register_write", "output", 1, "a register is written at the coming edge"),
            ("register", "rf_num", "register_number", "output", 3, "its number"),
            ("value", "rf_val", "register_value", "output", word, "the value that it gets"),
        ],
    )


def _fill(params: Params) -> Mapping[str, str]:
    pinout = _pinout(params)
    words = pinout.words()
    return words | text(params, words) | verilog(params, words) | {"example": _example(params)}


def _program(params: Params) -> Sequence[tuple[Instruction, int]]:
    """A few instructions with their hazards, and what the data port answers meanwhile."""
    step = 1 if params["encoding"] == "compact" else 4
    return (
        (Instruction("addi", target=1, immediate=5), 0),
        (Instruction("load", target=2, first=1, immediate=3), 0),
        (Instruction("add", target=3, first=1, second=2), 0),
        (Instruction("store", first=1, second=3, immediate=-1), 20),
        (Instruction("bne", first=3, second=1, immediate=4 * step), 20),
        (Instruction("addi", target=4, immediate=1), 20),
        (Instruction("jump", target=5, immediate=-2 * step), 20),
        (Instruction(), 20),
        (Instruction(), 20),
        (Instruction(), 20),
    )


def _example(params: Params) -> str:
    """A table of the program above; an instruction stays offered until it is fetched."""
    core, words = Core(params), _pinout(params).words()
    shown = ("address", "read", "write", "data_address", "data_out", "retired", "register", "value")
    keys = ("offered", "instruction", "data_in", *shown)
    program, rows, index = _program(params), [], 0
    for cycle in range(12):
        item, data = program[min(index, len(program) - 1)]
        code = encoded(item, params)
        pins = {"offered": 1, "instruction": code, "data_in": data}
        values = core.outputs(pins)
        cells = ["1", f"`{code:0{4 if params['encoding'] == 'compact' else 8}x}`", str(data)]
        rows.append("| " + " | ".join([str(cycle), *cells, *(str(values[key]) for key in shown)]) + " |")
        before, held = core.outputs(pins)["address"], core.waits(pins)
        core.step(pins)
        index += not held or core.outputs(pins)["address"] != before
    heads = ["cycle", *(f"`{words[key]}`" for key in keys)]
    return "\n".join(["| " + " | ".join(heads) + " |", "|" + "---:|" * len(heads), *rows])


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Every instruction alone and after every kind of writer, resets on the way, then dense random programs."""
    word, wide = params["word"], 16 if params["encoding"] == "compact" else 32
    names = (*operations(params), "addi", "load", "store", "beq", "bne", "jump", "none")
    reach = 32 if params["encoding"] == "compact" else 2048
    corners = (0, 1, (1 << word) - 1, 1 << word - 1, (1 << word - 1) - 1)

    def cycle(item: Instruction, **others: int) -> dict[str, int]:
        data = random.choice(corners) if random.random() < 0.4 else random.getrandbits(word)
        return {"offered": 1, "instruction": encoded(item, params), "data_in": data, **others}

    def drawn(name: str, registers: Sequence[int] = range(8)) -> Instruction:
        target, first, second = (random.choice(registers) for _ in range(3))
        if name in ("beq", "bne") and random.random() < 0.4:
            second = first
        far = random.randrange(-reach, reach)
        near = random.randrange(-8, 8)
        offset = near if random.random() < 0.5 and name not in ("beq", "bne", "jump") else far
        return Instruction(name, target, first, second, offset & ~1 if wide == 32 and name[0] in "bj" else offset)

    idle = {"offered": 0}
    cycles: list[dict[str, int]] = [{"reset": 1}, cycle(drawn("jump"), reset=1)]
    cycles += [cycle(drawn("addi", (register,))) for register in range(8)]
    cycles += [cycle(drawn("load", (register,))) for register in range(8)]
    for name in names:
        registers = random.sample(range(8), 3)
        for writer in ("add", "addi", "load", "jump"):
            pair = [drawn(writer, registers), drawn(name, registers)]
            cycles += [cycle(item) for item in pair] + [cycle(pair[1]), *[idle] * random.randrange(2)]
    cycles += [cycle(drawn("load")), {"reset": 1}, cycle(drawn("add")), cycle(drawn("none")), idle, idle]
    cycles += [cycle(Instruction("store", first=0, second=register)) for register in range(8)] + [idle]
    while len(cycles) < 460:
        registers = random.sample(range(8), random.randrange(2, 5))
        for _ in range(24):
            item = drawn(random.choice(names), registers)
            odd = random.random()
            cycles.append(cycle(item, offered=int(random.random() < 0.85), reset=int(random.random() < 0.005)))
            if odd < 0.08:
                cycles[-1]["instruction"] = random.getrandbits(wide)
            elif odd < 0.2 and wide == 32:
                # A bit that is ignored, or one that makes the instruction another.
                cycles[-1]["instruction"] ^= 1 << random.randrange(wide)
            elif odd < 0.14:
                cycles[-1]["instruction"] ^= 1 << random.randrange(wide)
    return _pinout(params).drive(cycles)


def _valid(params: Params) -> bool:
    """In the encoding of RISC-V register 0 is always 0."""
    return bool(params["encoding"] == "compact" or params["zero"])


FAMILY = Family(
    name="risc_core",
    revision=1,
    level=5,
    title="pipelined RISC core",
    choices={
        "encoding": ("compact", "riscv"),
        "word": (8, 16),
        "hazard": ("forward", "stall", "stall_load"),
        "branch": ("flush", "slot"),
        "zero": (True, False),
        "compare": ("slt", "sltu"),
        "code": ("small", "large"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("risc_core", "small_core", "processor"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: Core(params)),
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    valid=_valid,
    tags=("sequential", "pipeline", "processor"),
)
