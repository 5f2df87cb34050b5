"""One number from a whole tensor."""
