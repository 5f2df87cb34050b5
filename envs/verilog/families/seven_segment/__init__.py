"""The family `seven_segment`: digits on a display."""
