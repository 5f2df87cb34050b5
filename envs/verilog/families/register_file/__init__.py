"""The family `register_file`."""
