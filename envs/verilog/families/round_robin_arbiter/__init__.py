"""The family `round_robin_arbiter`."""
