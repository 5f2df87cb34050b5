"""The built-in families, a folder each; `source.py` finds them."""
