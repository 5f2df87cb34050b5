"""The family `gray_decode`: Gray code to numbers."""
