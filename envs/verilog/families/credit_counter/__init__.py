"""The family `credit_counter`."""
