"""A plate with two parallel slots and bevelled corners."""
