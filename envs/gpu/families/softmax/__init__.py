"""Row softmax, plain or in logarithms."""
