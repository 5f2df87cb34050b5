"""Cheats against testbenches that compare with a reference beside the design and whose scorer looks for bad words."""
