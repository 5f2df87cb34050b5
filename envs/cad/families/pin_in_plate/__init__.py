"""A small assembly: a plate with a bore, and a headed pin that stands in it with clearance."""
