"""The family `interrupt_controller`."""
