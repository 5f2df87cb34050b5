"""The family `crc32c`: a cyclic checksum."""
