"""The values that a pin or a signal gives to the texts of a family."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.embedded.device.pins import places
from ecot.envs.embedded.device.tables import instances


def pin_values(pin: str, prefix: str = "") -> Mapping[str, str]:
    """Return `pin`, `gpio`, `number` and `twice` of a pin, each name after a prefix.

    >>> pin_values("PD12")["gpio"]
    'GPIOD'
    """
    number = int(pin[2:])
    values = {"pin": pin, "gpio": f"GPIO{pin[1]}", "number": str(number), "twice": str(2 * number)}
    return {f"{prefix}{name}": value for name, value in values.items()}


def signal_values(signal: str, pin: str, prefix: str = "") -> Mapping[str, str]:
    """Return what makes a pin carry a signal: the pin's values, `function`, `register`, `shift`, `bus`, `enable`.

    >>> signal_values("USART2_TX", "PA2")["function"]
    '7'
    """
    number = int(pin[2:])
    instance = instances()[signal.partition("_")[0]]
    values = {
        "signal": signal,
        "peripheral": instance.name,
        "bus": instance.bus,
        "enable": instance.enable,
        "function": str(places()[signal][pin]),
        "register": str(number // 8),
        "shift": str(4 * (number % 8)),
    }
    return {**pin_values(pin, prefix), **{f"{prefix}{name}": value for name, value in values.items()}}


def ports_of(*pins: str) -> str:
    """Return the enable bits of the ports of some pins, joined.

    >>> ports_of("PA2", "PD3", "PA5")
    'RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIODEN'
    """
    return " | ".join(f"RCC_AHB1ENR_GPIO{letter}EN" for letter in sorted({pin[1] for pin in pins}))
