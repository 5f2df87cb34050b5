"""A linear recurrence over time."""
