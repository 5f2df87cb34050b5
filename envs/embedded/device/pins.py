"""Reads `pins.txt`: which alternate function of which pin is which signal, and where analogue channels are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_TEXT = (Path(__file__).parent / "pins.txt").read_text(encoding="utf-8")
ANALOG: Mapping[str, tuple[str, ...]] = {
    "ADC1": (
        "PA0",
        "PA1",
        "PA2",
        "PA3",
        "PA4",
        "PA5",
        "PA6",
        "PA7",
        "PB0",
        "PB1",
        "PC0",
        "PC1",
        "PC2",
        "PC3",
        "PC4",
        "PC5",
    ),
    "ADC2": (
        "PA0",
        "PA1",
        "PA2",
        "PA3",
        "PA4",
        "PA5",
        "PA6",
        "PA7",
        "PB0",
        "PB1",
        "PC0",
        "PC1",
        "PC2",
        "PC3",
        "PC4",
        "PC5",
    ),
    "ADC3": (
        "PA0",
        "PA1",
        "PA2",
        "PA3",
        "PF6",
        "PF7",
        "PF8",
        "PF9",
        "PF10",
        "PF3",
        "PC0",
        "PC1",
        "PC2",
        "PC3",
        "PF4",
        "PF5",
    ),
}
"""The pin of every external channel of the converters (DS8626, table 7)."""
DAC = ("PA4", "PA5")
"""The pins of the two channels of the digital-to-analogue converter."""


@cache
def functions() -> Mapping[tuple[str, int], tuple[str, ...]]:
    """The signals of a pin by its name and the number of the alternate function.

    >>> functions()["PA2", 7]
    ('USART2_TX',)
    """
    found: dict[tuple[str, int], tuple[str, ...]] = {}
    for line in _TEXT.splitlines():
        if line and not line.startswith("#"):
            pin, *words = line.split()
            for word in words:
                number, _, signal = word.partition(":")
                found[pin, int(number)] = (*found.get((pin, int(number)), ()), signal)
    return found


@cache
def places() -> Mapping[str, Mapping[str, int]]:
    """The pins of every signal, each with the number of its alternate function.

    >>> sorted(places()["TIM12_CH2"].items())
    [('PB15', 9), ('PH9', 9)]
    """
    found: dict[str, dict[str, int]] = {}
    for (pin, number), signals in functions().items():
        for signal in signals:
            found.setdefault(signal, {})[pin] = number
    return found
