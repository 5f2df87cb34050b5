"""An asynchronous FIFO: words pass from one clock to another."""
