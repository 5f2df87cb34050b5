"""The family `multiplexer`: one of several lanes."""
