"""The family `square_root`: a sequential square root."""
