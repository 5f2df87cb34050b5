"""A rectangular plate with one drilled hole."""
