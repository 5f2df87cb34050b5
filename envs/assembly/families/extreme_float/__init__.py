"""The family `extreme_float`: the largest or smallest of an array."""
