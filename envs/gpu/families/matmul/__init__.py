"""Matrix product with bias and activation."""
