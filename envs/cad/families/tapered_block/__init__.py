"""A block that narrows evenly towards its top, with a blind pocket."""
