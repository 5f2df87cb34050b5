"""A reset synchroniser: resets at once, releases with the clock."""
