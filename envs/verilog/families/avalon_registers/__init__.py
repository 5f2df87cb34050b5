"""Registers behind an Avalon memory-mapped port."""
