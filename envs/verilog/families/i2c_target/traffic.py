"""What an I2C controller does on its two lines, cycle by cycle, and what the lines then are."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.verilog.families.i2c_target.model import Target
from ecot.envs.verilog.family import Params

Cycle = dict[str, int]


class Lines:
    """Cycles by key; the data line is low where the controller or the target pulls it."""

    def __init__(self, params: Params, random: Random) -> None:
        """Lines at rest."""
        self.cycles: list[Cycle] = []
        self._params, self._random = params, random
        self._target = Target(params)
        self._data, self._status = 1, 0

    def reset(self, *, scl: int = 1, data: int = 1) -> None:
        """One cycle of reset."""
        self.cycles.append({"reset": 1, "scl": scl, "sda": data, "status": self._status})
        self._target = Target(self._params)

    def hold(self, scl: int, data: int, count: int = 1) -> None:
        """Drive both lines for some cycles."""
        for _ in range(count):
            if self._random.random() < 0.15:
                self._status = self._random.choice(
                    (self._random.getrandbits(8), self._status ^ 1 << self._random.randrange(8))
                )
            pulled = self._target.outputs({})["pull"]
            pins = {"scl": scl, "sda": data & (1 - int(pulled or 0)), "status": self._status}
            self.cycles.append(pins)
            self._target.step(pins)
        self._data = data

    def start(self) -> None:
        """A start condition, from rest or in the middle of a transfer."""
        if not (self.cycles[-1]["scl"] and self.cycles[-1]["sda"]):
            self.hold(0, 1, self._random.randrange(1, 3))
        self.hold(1, 1, self._random.randrange(1, 3))
        self.hold(1, 0, self._random.randrange(1, 3))

    def stop(self) -> None:
        """A stop condition."""
        self.hold(0, 0)
        self.hold(1, 0, self._random.randrange(1, 3))
        self.hold(1, 1, self._random.randrange(1, 4))

    def bit(self, data: int) -> None:
        """A pulse of the clock; the data change with the clock's fall, later, or with its rise."""
        late = self._random.choice((0,) * 8 + (1, 2))
        if late:
            self.hold(0, self._data, self._random.randrange(1, 3) if late == 2 else 1)
        if late != 1:
            self.hold(0, data)
        self.hold(1, data, self._random.choice((1,) * 9 + (2,)))

    def byte(self, value: int, *, bits: int = 8, answer: int = 1) -> None:
        """Eight bits (or fewer), then the bit of the acknowledgement."""
        for place in range(7, 7 - bits, -1):
            self.bit(value >> place & 1)
        if bits == 8:
            self.bit(answer)

    def write(self, pointer: int, data: Sequence[int], *, address: int | None = None, stop: bool = True) -> None:
        """Address, pointer and data."""
        self.start()
        self.byte((self._params["address"] if address is None else address) << 1)
        for value in (pointer, *data):
            self.byte(value)
        if stop:
            self.stop()

    def read(self, count: int, *, refuse: int | None = None, stop: bool = True) -> None:
        """Address and some bytes from the present pointer; all but the one to refuse (the last) are acknowledged."""
        self.start()
        self.byte(self._params["address"] << 1 | 1)
        last = count - 1 if refuse is None else refuse
        for index in range(count):
            self.byte(0xFF, answer=int(index >= last))
        if stop:
            self.stop()


def transfers(params: Params, random: Random) -> list[Cycle]:
    """Every register written and read, foreign addresses, pointers beyond, transfers broken off, then random ones."""
    lines, count, own = Lines(params, random), int(params["count"]), int(params["address"])
    lines.reset()
    lines.reset(data=0)
    lines.hold(1, 0)
    lines.byte(params["address"] << 1 | 1)
    lines.byte(0xFF)
    lines.reset(scl=0, data=0)
    lines.hold(1, 1, 2)
    lines.read(count + 1 if params["advance"] == "wraps" else 1)
    values = [random.getrandbits(8) for _ in range(count)]
    for index in range(count) if params["advance"] == "stays" else (1, count - 1):
        lines.write(index, [], stop=False)
        lines.read(1, stop=index == 1)
        values[index] = random.getrandbits(8)
        lines.write(index, [values[index]], stop=index == 2)
    if params["advance"] == "wraps":
        lines.write(0, [value ^ 0xFF for value in values] + [0x5A, 0xC3][: count - 1])
    for place in range(7):
        lines.start()
        lines.byte((own ^ 1 << place) << 1 | place & 1)
    lines.byte(0x00)
    lines.byte(0x96)
    lines.stop()
    for pointer in (count, 0x90, 5):
        lines.write(pointer, [random.getrandbits(8)], stop=pointer == count)
        lines.read(1, stop=pointer == 5)
    lines.read(3, refuse=1, stop=False)
    _broken(lines, params, random)
    _read_all(lines, params)
    while len(lines.cycles) < 1700:
        lines.write(random.randrange(count + 1), [random.getrandbits(8) for _ in range(random.randrange(3))])
        lines.read(random.randrange(1, 3), stop=random.random() < 0.7)
    return lines.cycles


def _read_all(lines: Lines, params: Params) -> None:
    """Read every register once, and one again."""
    if params["advance"] == "wraps":
        lines.write(0, [], stop=False)
        lines.read(int(params["count"]) + 1)
        return
    for index in range(int(params["count"])):
        lines.write(index, [], stop=False)
        lines.read(1, stop=index == 0)


def _broken(lines: Lines, params: Params, random: Random) -> None:
    """Transfers that a stop, a start or a reset breaks off."""
    for bits in (3, 7):
        lines.start()
        lines.byte(params["address"] << 1)
        lines.byte(0)
        lines.byte(random.getrandbits(8), bits=bits)
        (lines.stop if bits == 3 else lines.start)()
        if bits == 3:
            lines.byte(params["address"] << 1 | 1)
            lines.byte(0xFF)
    lines.byte(params["address"] << 1 | 1)
    lines.byte(0xFF, bits=4)
    lines.stop()
    lines.write(1, [], stop=False)
    lines.start()
    lines.byte(params["address"] << 1 | 1, bits=8)
    lines.bit(1)
    lines.hold(0, 1)
    lines.reset(scl=0)
    lines.hold(0, 1, 2)
    lines.hold(1, 1)
    for _ in range(9):
        lines.bit(1)
    lines.stop()
