"""Cheats against cocotb harnesses, filled in for the ports of a task."""
