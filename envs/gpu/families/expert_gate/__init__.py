"""The experts of each token and their weights."""
