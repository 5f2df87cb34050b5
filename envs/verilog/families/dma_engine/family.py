"""A DMA engine: registers, bursts through a buffer, memory latency, addresses, empty transfers and abort vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.families.dma_engine.model import LENGTH_BITS, Engine
from ecot.envs.verilog.families.dma_engine.text import text, verilog
from ecot.envs.verilog.family import Family, Inputs, Params
from ecot.envs.verilog.pinout import Clocked, Pinout
from ecot.envs.verilog.systems import pinout_of


def _pinout(params: Params) -> Pinout:
    address = params["address"]
    return pinout_of(
        params,
        [
            ("store", "wr", "reg_write", "input", 1, "a register is written"),
            ("place", "addr", "reg_address", "input", 2, "the register that is read or written"),
            ("given", "wdata", "reg_wdata", "input", 8, "the value to write into a register"),
            ("shown", "rdata", "reg_rdata", "output", 8, "the value of the register at that address, combinational"),
            ("request", "req", "mem_request", "output", 1, "the engine asks for an access"),
            ("writes", "we", "mem_write", "output", 1, "the access is a write"),
            ("where", "maddr", "mem_address", "output", address, "address of the access"),
            ("word", "mwdata", "mem_wdata", "output", 8, "the word to write into memory"),
            ("ready", "ready", "mem_ready", "input", 1, "the memory accepts the access"),
            ("read", "mrdata", "mem_rdata", "input", 8, "the word read from memory"),
            ("busy", "busy", "busy", "output", 1, "a transfer is under way"),
            ("interrupt", "irq", "interrupt", "output", 1, "a transfer has ended"),
        ],
    )


def _fill(params: Params) -> Mapping[str, str]:
    pinout = _pinout(params)
    words = pinout.words()
    example = pinout.example(lambda: Engine(params), _example(params))
    return words | text(params, words) | verilog(params, words) | {"example": example}


def _put(place: int, given: int, **others: int) -> dict[str, int]:
    return {"store": 1, "place": place, "given": given, **others}


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """One burst and one word more, with a slow memory at the beginning."""
    length = params["burst"] + 1
    cycles: list[dict[str, int]] = [{"reset": 1}, _put(0, 10), _put(1, 20), _put(2, length), _put(3, 1)]
    cycles += [{"place": 3, "ready": int(number != 0), "read": 100 + number} for number in range(4 * length)]
    return [*cycles, _put(3, 2), {"place": 3}]


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Transfers of every length with fast and slow memories, writes while busy, aborts and resets, random writes."""
    cycles: list[dict[str, int]] = [{"reset": 1}, _put(3, 1, reset=1), {"place": 3}, {"place": 1, "ready": 1}]

    def cycle(share: float, **others: int) -> dict[str, int]:
        ready, read = int(random.random() < share), random.getrandbits(8)
        return {"place": random.randrange(4), "ready": ready, "read": read, "given": random.getrandbits(8), **others}

    def begin(length: int, control: int = 1) -> list[dict[str, int]]:
        address = (1 << params["address"]) - random.randrange(1, 4)
        first, second = random.sample((address, random.getrandbits(8)), 2)
        return [_put(0, first), _put(1, second), _put(2, length), {"place": 2}, _put(3, control)]

    for length in (*range(1, 2 * params["burst"] + 2), 0):
        share = random.choice((1.0, 1.0, 0.6))
        cycles += begin(length | random.choice((0, 1 << LENGTH_BITS)))
        words = length or (1 << LENGTH_BITS if params["empty"] == "full" else 1)
        cycles += [cycle(share) for _ in range(int((3 * words + 3) * (1 if share == 1.0 else 1.6)))]
        cycles += [_put(3, random.choice((2, 3, 0xFD))), cycle(0.5, place=3)]
    # Writes into the registers of a busy engine, and a transfer that follows the former at once.
    cycles += begin(3)
    cycles += [cycle(0.6, store=1, place=place % 4, given=random.getrandbits(8) & 0xFB) for place in range(8)]
    cycles += [cycle(1.0) for _ in range(12)] + [_put(3, 1), cycle(1.0), _put(3, 2), cycle(1.0)]
    for wait in range(1, 9):
        cycles += [*begin(4, 3), *[cycle(1.0)] * wait, _put(3, 4 | wait & 2, ready=1, read=wait)]
        cycles += [cycle(1.0, place=place) for place in range(4)]
    cycles += [*begin(2), cycle(1.0), cycle(0.0), {"reset": 1, "ready": 1}, *(cycle(1.0, place=n) for n in range(4))]
    while len(cycles) < 470:
        cycles += begin(random.randrange(1, 7))
        for _ in range(random.randrange(4, 30)):
            store = int(random.random() < 0.15)
            place = 3 if random.random() < 0.6 else random.randrange(4)
            given = random.choice((2, 2, 3, 1, 0, random.getrandbits(8)))
            others = {"store": store, "place": place, "given": given} if store else {}
            cycles.append(cycle(0.8, reset=int(random.random() < 0.005), **others))
    return _pinout(params).drive(cycles)


FAMILY = Family(
    name="dma_engine",
    revision=1,
    level=5,
    title="DMA engine with registers, bursts and an interrupt",
    choices={
        "burst": (1, 2, 4),
        "latency": (0, 1),
        "fixed": ("none", "source", "destination"),
        "empty": ("nothing", "full"),
        "abort": (False, True),
        "address": (6, 8),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("dma_engine", "dma", "copy_engine"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: Engine(params)),
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    tags=("sequential", "state machine", "bus"),
)
