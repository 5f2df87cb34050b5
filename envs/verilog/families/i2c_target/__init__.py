"""Registers behind an I2C port."""
