"""Layer or RMS normalisation of rows, with weights."""
