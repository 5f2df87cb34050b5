"""The family `compress_bits`: the bits under a mask, moved together."""
