"""The family `ring_counter`."""
