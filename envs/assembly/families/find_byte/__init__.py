"""The family `find_byte`: the first place of a byte."""
