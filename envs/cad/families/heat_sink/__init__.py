"""A heat sink: a base with upright fins and four fixing holes in its margins."""
