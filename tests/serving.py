"""Servers and clients for tests: a server in a thread, and processes that speak to it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ecot.envs.backend import Backend
from ecot.envs.server import Server

TESTS = Path(__file__).parent


@contextmanager
def socket_path() -> Iterator[str]:
    """A path that is short enough for a socket, which pytest's own may not be."""
    with TemporaryDirectory(prefix="ecot") as folder:
        yield str(Path(folder, "s"))


@contextmanager
def serving(backend: Backend, address: str, **options: Any) -> Iterator[Server]:
    """Serve from a thread of this process."""
    with Server(backend, address=address, **options) as server:
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield server
        finally:
            server.stop()
            thread.join()


def python(code: str, *words: str) -> subprocess.Popen[str]:
    """Start Python on some code, with the fake domains registered and `request_of` and `RemoteBackend` at hand."""
    start = (
        "import sys\nfrom fakes import register_fakes\nfrom gated import request_of\n"
        "from ecot.envs.remote import RemoteBackend\nregister_fakes()\n"
    )
    path = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-c", start + code, *words],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(condition: Callable[[], bool], *, seconds: float = 15.0) -> bool:
    """Wait until something holds; say whether it came to that."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
