"""The family `edge_detector`."""
