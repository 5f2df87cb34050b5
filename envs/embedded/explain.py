"""Why a loop that waits for a bit never ends: what an engineer would look at first, read from the final registers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ecot.envs.embedded.device.tables import Instance, Register, instances, locate
from ecot.envs.embedded.evidence import Record

Bits = Mapping[str, int]
"""Registers of the polled peripheral by name, without the peripheral's own."""
_MANY = 40
"""Reads in a row that make a loop."""


def waiting_for(record: Record, line: str) -> str | None:
    """Return what the firmware waits for in vain at the end of a run, and why; None where it does not.

    Args:
        record: of the run.
        line: of the source that reads the register, as far as it is known.
    """
    poll = record.poll
    if poll.count < _MANY or record.sleeping:
        return None
    found = locate(poll.address)
    if found is None:
        return f"the program reads address {poll.address:#010x} over and over, where no register of this chip is known"
    instance, register, index = found
    name = f"{instance.name}->{register.name}" + (f"[{index}]" if register.count > 1 else "")
    bits = [item.name for item in register.fields if re.search(rf"_{re.escape(item.name)}(?:_Msk|_\d)?\b", line)]
    what = f"bit {' or '.join(bits)} of {name}" if bits else name
    reason = _reason(instance, register, bits, record)
    return f"the program waits for {what}, which reads {poll.value:#x} every time" + (f": {reason}" if reason else "")


def _reason(instance: Instance, register: Register, bits: list[str], record: Record) -> str:
    if instance.name not in record.clocked:
        return (
            f"{instance.name} has no clock ({instance.enable} in RCC->{instance.bus}ENR is 0), so its registers read 0 "
            "and writes to them are lost"
        )
    prefix = f"{instance.name}."
    own = {name.removeprefix(prefix): value for name, value in record.poll.registers.items() if name.startswith(prefix)}
    explain = _BY_BLOCK.get(instance.block.name)
    return explain(own, bits, instance, record) if explain else ""


def _bit(own: Bits, register: str, name: str, block: str) -> int:
    item = next(
        field
        for entry in instances().values()
        if entry.block.name == block
        for field in entry.block[register].fields
        if field.name == name
    )
    return (own.get(register, 0) & item.mask) >> item.at


def _clock(own: Bits, bits: list[str], instance: Instance, record: Record) -> str:
    pairs = {
        "HSERDY": ("CR", "HSEON"),
        "PLLRDY": ("CR", "PLLON"),
        "HSIRDY": ("CR", "HSION"),
        "LSERDY": ("BDCR", "LSEON"),
        "LSIRDY": ("CSR", "LSION"),
    }
    for ready, (register, enable) in pairs.items():
        if ready in bits:
            if not _bit(own, register, enable, "RCC"):
                return f"{enable} is 0, so the source was never started"
            return "the source was started; it needs more time than was left, or the board has no crystal for it"
    if "SWS" in bits:
        return "the system clock was not switched: the source that SW selects is not ready, or SW still selects another"
    return ""


def _serial(own: Bits, bits: list[str], instance: Instance, record: Record) -> str:
    control = "CR1"
    if not _bit(own, control, "UE", "USART"):
        return "UE in CR1 is 0: the port is off"
    if not own.get("BRR"):
        return "BRR is 0, so there is no baud rate"
    if {"TXE", "TC"} & set(bits) and not _bit(own, control, "TE", "USART"):
        return "TE in CR1 is 0: the transmitter is off"
    if "RXNE" in bits:
        if not _bit(own, control, "RE", "USART"):
            return "RE in CR1 is 0: the receiver is off"
        return "no frame arrives: nothing more was sent, or no pin carries the port's RX signal"
    return ""


def _timer(own: Bits, bits: list[str], instance: Instance, record: Record) -> str:
    if not _bit(own, "CR1", "CEN", "TIM"):
        return "CEN in CR1 is 0: the counter stands still"
    if not own.get("ARR"):
        return "ARR is 0, which blocks the counter"
    return "the counter runs; its period may be longer than the time that was left"


def _spi(own: Bits, bits: list[str], instance: Instance, record: Record) -> str:
    if not _bit(own, "CR1", "SPE", "SPI"):
        return "SPE in CR1 is 0: the bus is off"
    if not _bit(own, "CR1", "MSTR", "SPI"):
        return "MSTR in CR1 is 0: as a slave it waits for a clock that nobody makes (see SSM, SSI and MODF)"
    return "nothing is being transferred" if "RXNE" in bits else ""


def _two_wire(own: Bits, bits: list[str], instance: Instance, record: Record) -> str:
    if not _bit(own, "CR1", "PE", "I2C"):
        return "PE in CR1 is 0: the bus is off"
    if _bit(own, "SR1", "AF", "I2C"):
        return "AF in SR1 is set: the device did not acknowledge (is the address right, and shifted by one?)"
    if "ADDR" in bits or "SB" in bits:
        return "no start condition was made, or its address not written after SR1 was read"
    return ""


def _converter(own: Bits, bits: list[str], instance: Instance, record: Record) -> str:
    if not _bit(own, "CR2", "ADON", "ADC"):
        return "ADON in CR2 is 0: the converter is off"
    return "no conversion was started (SWSTART, or a trigger with EXTEN), or it ran and its flag was taken back"


def _pins(own: Bits, bits: list[str], instance: Instance, record: Record) -> str:
    return "the level of the pin does not change any more"


_BY_BLOCK: Mapping[str, Callable[[Bits, list[str], Instance, Record], str]] = {
    "RCC": _clock,
    "USART": _serial,
    "TIM": _timer,
    "SPI": _spi,
    "I2C": _two_wire,
    "ADC": _converter,
    "GPIO": _pins,
}
