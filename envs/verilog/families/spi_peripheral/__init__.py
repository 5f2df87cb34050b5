"""A peripheral on SPI with streams of words."""
