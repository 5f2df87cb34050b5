"""The model of the STM32F407 around the emulated processor: runs in the worker only, and knows of no expectation."""
