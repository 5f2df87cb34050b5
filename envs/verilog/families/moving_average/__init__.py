"""The family `moving_average`."""
