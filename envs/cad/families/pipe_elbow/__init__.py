"""A pipe that goes up, turns through a right angle and goes on level, with a flat at its foot."""
