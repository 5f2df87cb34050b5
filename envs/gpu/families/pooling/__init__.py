"""Pooling of a sequence."""
