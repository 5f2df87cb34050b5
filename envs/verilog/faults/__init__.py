"""Faults that are seeded into designs: mutants for the proofs, errors for repair tasks, gross mistakes for agents."""
