"""A hydraulic manifold: a block with a blind main bore and ports drilled into it from above."""
