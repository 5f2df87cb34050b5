"""The family `integer_log`: logarithms to base two."""
