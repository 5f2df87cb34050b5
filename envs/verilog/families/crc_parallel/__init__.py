"""The family `crc_parallel`."""
