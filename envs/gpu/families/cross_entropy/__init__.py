"""The cross-entropy of each row with its class."""
