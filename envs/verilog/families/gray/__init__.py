"""The family `gray`."""
