"""Programs that say the same on every right model of the processor; `qemu.py` reads them."""
