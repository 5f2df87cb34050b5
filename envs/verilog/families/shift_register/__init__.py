"""The family `shift_register`."""
