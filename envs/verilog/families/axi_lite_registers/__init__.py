"""Registers behind an AXI4-Lite subordinate port."""
