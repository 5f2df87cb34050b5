"""Testbenches on cocotb: plans drawn under constraints, players that react to handshakes, coverage, transactions."""
