"""The family `sequence_detector`: a detector of a bit pattern in a serial stream."""
