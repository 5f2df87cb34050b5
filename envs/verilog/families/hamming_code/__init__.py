"""The family `hamming_code`."""
