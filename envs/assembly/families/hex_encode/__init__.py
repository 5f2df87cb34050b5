"""The family `hex_encode`: bytes as hexadecimal digits."""
