"""A hexagonal nut blank: a hexagon with a bore, chamfered at the bore's upper end."""
