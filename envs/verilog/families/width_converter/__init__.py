"""The family `width_converter`."""
