"""Cheats against any task that is answered with a module."""
