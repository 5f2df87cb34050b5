"""Turns records into weights."""
