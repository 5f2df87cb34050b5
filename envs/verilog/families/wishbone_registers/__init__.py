"""Registers behind a Wishbone port."""
