"""The family `multiplier`: a sequential multiplier."""
