"""A block with a step and a groove: three boxes, added and taken away."""
