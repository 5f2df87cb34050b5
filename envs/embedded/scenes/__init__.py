"""What families share: the text of pins and ports, and what a board does to them."""
