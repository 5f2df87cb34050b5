"""The family `divider`: a sequential divider."""
