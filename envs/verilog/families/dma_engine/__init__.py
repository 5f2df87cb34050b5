"""The family `dma_engine`."""
