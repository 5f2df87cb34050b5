"""The family `barrel_shifter`."""
