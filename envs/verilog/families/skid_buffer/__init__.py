"""The family `skid_buffer`."""
