"""An angle bracket with holes in both legs and a rounded inner edge."""
