"""The packaged world models: arrays in `.npz`, all else in `.json`."""
