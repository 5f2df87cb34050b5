"""The family `uart_transmitter`."""
