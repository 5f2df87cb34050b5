"""Softmax of scores under a mask."""
