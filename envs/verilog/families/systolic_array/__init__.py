"""The family `systolic_array`."""
