"""Normalisation of channels with stored statistics."""
