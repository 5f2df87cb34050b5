"""Attention over one head at a time."""
