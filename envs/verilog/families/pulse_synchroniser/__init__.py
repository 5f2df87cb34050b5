"""A pulse synchroniser: events of one clock become pulses of another."""
