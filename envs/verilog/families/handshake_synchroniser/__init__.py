"""A handshake synchroniser: words pass one by one from one clock to another."""
