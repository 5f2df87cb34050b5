"""The family `risc_core`."""
