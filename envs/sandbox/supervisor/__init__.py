"""The program that runs inside a cell: it takes jobs from its host over a socket and runs them, confined and watched.

It is started afresh by `launch.py`, apart from the package: its modules import the standard library and each other
only, so that it stays small, starts in milliseconds and holds nothing that a candidate should not see.
"""
