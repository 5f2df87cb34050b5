"""Registers behind an OBI port."""
