"""The family `adder_subtractor`: sums and differences with flags."""
