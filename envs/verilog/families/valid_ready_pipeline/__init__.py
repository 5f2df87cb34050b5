"""A pipeline with valid and ready at both ends."""
