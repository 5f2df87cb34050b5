"""The families of kernel tasks, one package each."""
