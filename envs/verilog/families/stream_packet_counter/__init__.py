"""Length and statistics of the packets of a stream."""
