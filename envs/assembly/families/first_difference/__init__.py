"""The family `first_difference`: the first difference of two arrays."""
