"""A small cache between a processor and a memory."""
