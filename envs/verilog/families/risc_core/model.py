"""The specification of `risc_core` as a program: a pipeline of decoded instructions over a list of registers."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.verilog.families.risc_core.encoding import Instruction, decoded, operations
from ecot.envs.verilog.family import Params
from ecot.envs.verilog.pinout import Pins
from ecot.envs.verilog.systems import as_signed


class Core:
    """A core that was just reset: `executing` is an instruction with its address, `writing` a register with a value."""

    def __init__(self, params: Params) -> None:
        """Nothing fetched, all registers 0."""
        self._params = params
        self._registers = [0] * 8
        self._address = 0
        self._executing: tuple[Instruction, int] | None = None
        self._writing: tuple[int, int | None] | None = None

    def outputs(self, pins: Pins) -> Mapping[str, int]:
        """What the ports show: nothing but the address of the next instruction, unless something takes place."""
        values = dict.fromkeys(("data_address", "read", "write", "data_out", "retired", "register", "value"), 0)
        if self._writing is not None:
            values |= {"retired": 1, "register": self._writing[0], "value": self._arriving(pins)}
        if self._executing is not None and not self.waits(pins):
            item = self._executing[0]
            place = self._word(self._operand(item.first, pins) + item.immediate)
            if item.name == "load":
                values |= {"read": 1, "data_address": place}
            elif item.name == "store":
                values |= {"write": 1, "data_address": place, "data_out": self._operand(item.second, pins)}
        return values | {"address": self._address}

    def step(self, pins: Pins) -> None:
        """One rising edge."""
        goes = self._executing is not None and not self.waits(pins)
        written = made = None
        target = None
        if self._writing is not None:
            written = (self._writing[0], self._arriving(pins))
        if self._executing is not None and goes:
            item, place = self._executing
            made = self._result(item, place, pins)
            if self._jumps(item, pins):
                target = self._code_address(place + item.immediate)
        if written is not None:
            self._registers[written[0]] = written[1]
        self._writing = made
        if self._executing is None or goes:
            self._fetch(pins, target)

    def _fetch(self, pins: Pins, target: int | None) -> None:
        self._executing = None
        if pins["offered"] and (target is None or self._params["branch"] == "slot"):
            self._executing = (decoded(pins["instruction"], self._params), self._address)
            self._address = self._code_address(self._address + self._step)
        if target is not None:
            self._address = target

    @property
    def _step(self) -> int:
        return 1 if self._params["encoding"] == "compact" else 4

    def waits(self, pins: Pins) -> bool:
        """Whether the instruction in execution has to wait."""
        if self._executing is None:
            return False
        item = self._executing[0]
        if self._params["branch"] == "slot" and item.name in ("beq", "bne", "jump") and not pins["offered"]:
            return True
        if self._writing is None or self._params["hazard"] == "forward":
            return False
        needed = self._writing[0] in self._read_by(item)
        return needed and (self._params["hazard"] == "stall" or self._writing[1] is None)

    def _read_by(self, item: Instruction) -> set[int]:
        if item.name in ("none", "jump"):
            return set()
        if item.name in ("addi", "load"):
            return {item.first}
        return {item.first, item.second}

    def _arriving(self, pins: Pins) -> int:
        value = self._writing[1] if self._writing is not None else 0
        return pins["data_in"] if value is None else value

    def _operand(self, register: int, pins: Pins) -> int:
        if self._writing is not None and self._writing[0] == register:
            return self._arriving(pins)
        return self._registers[register]

    def _jumps(self, item: Instruction, pins: Pins) -> bool:
        equal = self._operand(item.first, pins) == self._operand(item.second, pins)
        return item.name == "jump" or (item.name == "beq" and equal) or (item.name == "bne" and not equal)

    def _result(self, item: Instruction, place: int, pins: Pins) -> tuple[int, int | None] | None:
        """The register that the instruction writes, and the value, None where it has yet to come from memory."""
        if item.name in ("none", "store", "beq", "bne") or (item.target == 0 and self._params["zero"]):
            return None
        if item.name == "load":
            return item.target, None
        if item.name == "jump":
            return item.target, self._word(self._code_address(place + self._step))
        left = self._operand(item.first, pins)
        right = self._operand(item.second, pins) if item.name in operations(self._params) else item.immediate
        width = self._params["word"]
        values = {
            "sub": left - right,
            "and": left & right,
            "or": left | right,
            "xor": left ^ right,
            "slt": int(as_signed(left, width) < as_signed(right, width)),
            "sltu": int(left < right),
        }
        return item.target, self._word(values.get(item.name, left + right))

    def _word(self, value: int) -> int:
        return int(value & (1 << self._params["word"]) - 1)

    def _code_address(self, value: int) -> int:
        return value & (1 << code_width(self._params)) - 1


def code_width(params: Params) -> int:
    """Bits of the address of an instruction."""
    narrow = 6 if params["encoding"] == "compact" else 8
    return narrow if params["code"] == "small" else narrow + 2
