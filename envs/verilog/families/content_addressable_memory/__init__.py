"""The family `content_addressable_memory`."""
