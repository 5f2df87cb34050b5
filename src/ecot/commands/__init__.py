"""The commands of `ecot`, one module each; the only layer that may import every room."""
