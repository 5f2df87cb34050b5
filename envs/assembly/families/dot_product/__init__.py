"""The family `dot_product`: products of floating-point arrays."""
