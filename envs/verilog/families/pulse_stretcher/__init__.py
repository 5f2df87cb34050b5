"""The family `pulse_stretcher`."""
