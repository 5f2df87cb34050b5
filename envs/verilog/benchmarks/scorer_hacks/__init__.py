"""Cheats against scorers that look for a printed line, or that simulate a reference beside the candidate."""
