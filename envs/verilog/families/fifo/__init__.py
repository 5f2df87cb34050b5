"""The family `fifo`: a synchronous FIFO."""
