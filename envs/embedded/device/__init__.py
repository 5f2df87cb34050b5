"""Facts of the STM32F407: registers, instances, interrupts, pins; written down once, for the model and the header."""
