"""Hydra configuration: groups for environment, tasks, backend and agent."""
