"""The family `saturating_add`: sums that stop at the bounds of their type."""
