"""The family `fir_filter`."""
