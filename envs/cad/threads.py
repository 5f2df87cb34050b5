"""Keeps linear algebra to one thread, from before it is loaded: a server that processes are forked from must have one.

Preloaded ahead of all other modules of this domain.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
