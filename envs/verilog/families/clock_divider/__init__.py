"""The family `clock_divider`."""
