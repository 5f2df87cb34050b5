"""The family `gcd_unit`: a sequential unit for the greatest common divisor."""
