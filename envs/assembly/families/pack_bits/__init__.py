"""The family `pack_bits`: flags packed into bits."""
