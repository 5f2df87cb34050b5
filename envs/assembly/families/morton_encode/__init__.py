"""The family `morton_encode`: coordinates woven into one number."""
