"""The family `parse_digits`: numbers of eight digits."""
