"""The family `sorting_network`."""
