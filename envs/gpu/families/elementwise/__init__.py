"""An expression of several tensors."""
