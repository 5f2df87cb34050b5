"""The built-in families; one folder each."""
