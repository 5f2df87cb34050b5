"""The family `lower_bound`: places in a sorted table."""
