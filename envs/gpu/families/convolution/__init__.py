"""A one-dimensional convolution of each channel."""
