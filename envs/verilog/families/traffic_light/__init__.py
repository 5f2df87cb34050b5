"""The family `traffic_light`: lights at a crossing."""
