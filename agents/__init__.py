"""Plays episodes: agents, the one rollout loop."""
