"""Registers behind an AHB-Lite port."""
