"""What runs between the peripherals: interrupt lines, signals to pins, triggers, requests to the DMA controllers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecot.envs.embedded.device.pins import places

if TYPE_CHECKING:
    from ecot.envs.embedded.chip.machine import Machine


class Wiring:
    """The connections inside of the chip.

    Attributes:
        signals: level that a peripheral gives an output signal; None or absent where it drives none.
        timers: every timer.
        ports: every port of pins by its letter.
        requests: DMA requests that are held, by name (`USART2_TX`).
        converters_wait: whether any converter was told to wait for a trigger.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._lines: dict[str, set[str]] = {}
        self.signals: dict[str, int | None] = {}
        self.timers: list[Any] = []
        self.ports: dict[str, Any] = {}
        self.streams: list[Any] = []
        self.converters: list[Any] = []
        self.requests: set[str] = set()
        self.converters_wait = False

    def connect(self) -> None:
        """Know the peripherals, once all are there."""
        made = self._machine.peripherals
        self.timers = [item for item in made.values() if item.instance.block.name == "TIM"]
        self.ports = {item.name[-1]: item for item in made.values() if item.instance.block.name == "GPIO"}
        self.streams = [item for item in made.values() if item.instance.block.name == "DMA"]
        self.converters = [item for item in made.values() if item.instance.block.name in ("ADC", "DAC")]
        rcc: Any = made["RCC"]
        rcc.listeners = [*self.timers]
        for port in self.ports.values():
            port.connect()

    def line(self, name: str, source: str, *, high: bool) -> None:
        """A peripheral holds an interrupt line, which others may share, or lets it go."""
        holders = self._lines.setdefault(name, set())
        if high:
            holders.add(source)
        else:
            holders.discard(source)
        self._machine.exceptions.line(name, high=bool(holders))

    def drive(self, signal: str, level: int | None) -> None:
        """A peripheral gives an output signal a level."""
        self.signals[signal] = level
        for name in places().get(signal, ()):
            port = self.ports.get(name[1])
            if port is not None:
                port.refresh(1 << int(name[2:]))

    def routed(self, signal: str) -> bool:
        """Whether a pin carries a signal."""
        return bool(self.pins_of(signal))

    def pins_of(self, signal: str) -> list[str]:
        """The pins that carry a signal now."""
        return [name for name in places().get(signal, ()) if signal in self.ports[name[1]].signals(int(name[2:]))]

    def edge(self, letter: str, number: int, level: int) -> None:
        """A pin changed: EXTI and the inputs of peripherals see it."""
        made = self._machine.peripherals
        syscfg: Any = made["SYSCFG"]
        exti: Any = made["EXTI"]
        if syscfg.port_of(number) == letter:
            exti.edge(number, level)
        for signal in self.ports[letter].signals(number):
            name, _, part = signal.partition("_")
            if name.startswith("TIM") and part.startswith("CH") and not part.endswith("N"):
                timer: Any = made[name]
                timer.input(int(part[2:]), level)

    def trigger(self, name: str) -> None:
        """A timer's trigger output or compare event, for the converters."""
        for converter in self.converters:
            converter.external_trigger(name)

    def dma_request(self, name: str) -> None:
        """A peripheral asks for one transfer."""
        for controller in self.streams:
            controller.serve(name, single=True)

    def dma_level(self, name: str, *, high: bool) -> None:
        """A peripheral asks for transfers as long as it holds its request."""
        if not high:
            self.requests.discard(name)
        elif name not in self.requests:
            self.requests.add(name)
            for controller in self.streams:
                controller.serve(name, single=False)
