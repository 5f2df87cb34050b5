"""The family `keep_matching`: elements that pass a test, moved together."""
