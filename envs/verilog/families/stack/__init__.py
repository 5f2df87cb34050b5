"""The family `stack`: a last-in first-out store."""
