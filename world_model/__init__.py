"""Predicts an outcome instead of running for one."""
