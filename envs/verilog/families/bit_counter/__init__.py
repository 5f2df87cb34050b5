"""The family `bit_counter`: how many bits, and where."""
