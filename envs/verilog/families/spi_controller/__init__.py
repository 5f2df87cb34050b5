"""A controller on SPI that exchanges words."""
