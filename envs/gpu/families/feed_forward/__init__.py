"""Two linear layers with an activation between."""
