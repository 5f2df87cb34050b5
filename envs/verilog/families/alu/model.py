"""The arithmetic logic unit on Python integers: true results first, then what fits the ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ecot.envs.verilog.families.alu.unit import Unit
from ecot.envs.verilog.family import Inputs, Outputs, Params


@dataclass(slots=True)
class Alu:
    """The unit on Python integers: true results first, then what fits the ports."""

    params: Params

    def settle(self, inputs: Inputs) -> Outputs:
        """Result and flags."""
        unit = Unit(self.params)
        a, b, cin = inputs[unit.name["a"]], inputs[unit.name["b"]], inputs.get(unit.name["cin"], 0)
        operation = unit.codes.get(inputs[unit.name["op"]], "")
        value = self._value(unit, operation, a=a, b=b, cin=cin) % (1 << unit.width)
        flags = {
            "zero": value == 0,
            "negative": value >= 1 << (unit.width - 1),
            "parity": value.bit_count() % 2 == 1,
            **self._arithmetic_flags(unit, operation, a=a, b=b, cin=cin),
        }
        outputs: dict[str, int | None] = {unit.name["y"]: value}
        if self.params["flag_form"] == "vector":
            outputs[unit.name["flags"]] = sum(int(flags[flag]) << index for index, flag in enumerate(unit.flags))
        else:
            outputs |= {unit.name[flag]: int(flags[flag]) for flag in unit.flags}
        return outputs

    def clock(self, inputs: Inputs) -> None:
        """There is no clock."""

    def _borrow(self, cin: int) -> int:
        if not self.params["carry_in"]:
            return 0
        return cin if self.params["subtraction"] == "borrow" else 1 - cin

    def _value(self, unit: Unit, operation: str, *, a: int, b: int, cin: int) -> int:
        amount = b % (1 << unit.amount_width)
        signed = _signed(a, unit.width)
        table: Mapping[str, Callable[[], int]] = {
            "ADD": lambda: a + b + (cin if self.params["carry_in"] else 0),
            "SUB": lambda: a - b - self._borrow(cin),
            "AND": lambda: a & b,
            "OR": lambda: a | b,
            "XOR": lambda: a ^ b,
            "NOR": lambda: -1 - (a | b),
            "NOT": lambda: -1 - a,
            "SLL": lambda: a * 2**amount,
            "SRL": lambda: a // 2**amount,
            "SRA": lambda: signed // 2**amount,
            "SLT": lambda: int(signed < _signed(b, unit.width)),
            "SLTU": lambda: int(a < b),
        }
        if operation in table:
            return table[operation]()
        return 0 if self.params["reserved"] == "zero" else a

    def _arithmetic_flags(self, unit: Unit, operation: str, *, a: int, b: int, cin: int) -> dict[str, bool]:
        if operation not in ("ADD", "SUB"):
            return {"carry": False, "overflow": False}
        true = self._value(unit, operation, a=a, b=b, cin=cin)
        signed = true - a - (b if operation == "ADD" else -b)
        signed += _signed(a, unit.width) + (1 if operation == "ADD" else -1) * _signed(b, unit.width)
        outside = not -(1 << (unit.width - 1)) <= signed < 1 << (unit.width - 1)
        if operation == "ADD":
            return {"carry": true >= 1 << unit.width, "overflow": outside}
        return {"carry": (true < 0) == (self.params["subtraction"] == "borrow"), "overflow": outside}


def _signed(value: int, width: int) -> int:
    return value - (1 << width) if value >> (width - 1) else value
