"""The family `priority_encoder`."""
