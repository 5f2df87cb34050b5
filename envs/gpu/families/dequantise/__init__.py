"""A matrix of bytes with scales, times a vector."""
