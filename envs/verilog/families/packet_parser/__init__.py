"""The family `packet_parser`: a parser of packets in a byte stream."""
