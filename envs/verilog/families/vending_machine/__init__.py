"""The family `vending_machine`: a vending machine."""
