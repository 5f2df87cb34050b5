"""The family `serial_crc`."""
