"""The family `timer_peripheral`."""
