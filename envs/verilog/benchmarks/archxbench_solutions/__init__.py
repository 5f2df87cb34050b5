"""Designs of ours for ArchXBench, which publishes none: right by its testbenches, not of the architecture asked."""
