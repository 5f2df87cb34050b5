"""The family `min_max_tracker`."""
