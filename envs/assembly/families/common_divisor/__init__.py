"""The family `common_divisor`: greatest common divisors."""
