"""The family `alu`."""
