"""The family `comparator`: order of two words."""
