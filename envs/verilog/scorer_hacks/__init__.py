"""Cheats against scorers that look for a line in what a simulation prints, or hold the reference beside the candidate."""
