"""The family `nibble_table`: a table of sixteen bytes."""
