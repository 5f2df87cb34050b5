"""The family `uart_receiver`."""
