"""Cheats against testbenches that check a design by themselves, filled in for the ports of a task."""
