"""The family `packet_fifo`."""
