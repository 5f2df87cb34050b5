"""The family `divide_all`: quotients by one divisor."""
