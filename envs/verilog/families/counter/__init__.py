"""The counter family."""
