"""Registers behind an APB port."""
