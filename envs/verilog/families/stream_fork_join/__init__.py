"""A fork of a stream into several, or a join of several into one."""
