"""One family of tasks."""
