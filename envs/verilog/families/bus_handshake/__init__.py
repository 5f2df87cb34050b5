"""The family `bus_handshake`."""
