"""The family `fixed_point_rounder`."""
