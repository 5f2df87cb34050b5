"""The family `square_root`: whole square roots."""
