"""The family `binary_to_bcd`: binary words as decimal digits, and back."""
