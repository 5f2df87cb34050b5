"""A counter that another clock domain reads in Gray code."""
