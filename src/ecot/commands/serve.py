"""`ecot serve`: one pool and one cache for all processes of this machine, behind a Unix socket."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from ecot.envs.cached import CachedBackend
from ecot.envs.errors import ConfigError
from ecot.envs.real import RealBackend
from ecot.envs.sandbox.choose import NAMES
from ecot.envs.server import Server

NAME = "serve"
HELP = "judge for every process of this machine: one pool, one cache, one Unix socket"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the address, the pool and the cache."""
    parser.add_argument("--socket", required=True, metavar="PATH", help="where to listen; environments use remote:PATH")
    parser.add_argument("--workers", type=int, default=None, metavar="N", help="jobs at a time (default: usable cores)")
    parser.add_argument("--sandbox", choices=NAMES, default="auto", help="what confines candidates")
    parser.add_argument("--idle-seconds", type=float, default=None, metavar="S", help="end after S without a client")
    parser.add_argument("--cache-entries", type=int, default=65536, metavar="N", help="outcomes kept in memory")
    parser.add_argument("--cache-folder", type=Path, default=None, metavar="PATH", help="keep outcomes across restarts")
    parser.add_argument("--queue-per-client", type=int, default=64, metavar="N", help="requests taken from one client")
    parser.add_argument("--queue", type=int, default=1024, metavar="N", help="requests taken from all clients")


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM, SIGINT or the idle time; return 0."""
    if arguments.workers is not None and arguments.workers < 1:
        raise ConfigError(f"--workers must be at least 1, not {arguments.workers}")
    real = RealBackend(workers=arguments.workers, sandbox=arguments.sandbox)
    try:
        backend = CachedBackend(real, entries=arguments.cache_entries, folder=arguments.cache_folder)
        server = Server(
            backend,
            address=arguments.socket,
            queue_per_client=arguments.queue_per_client,
            queue=arguments.queue,
            idle_seconds=arguments.idle_seconds,
        )
        with server:
            _serve(server, workers=real.workers, address=arguments.socket)
        counts = backend.counts
        _say(f"answered {counts.hits} from the cache, joined {counts.joins}, ran {counts.misses + counts.bypassed}")
    finally:
        real.close()
    return 0


def _serve(server: Server, *, workers: int, address: str) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        server.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        _say(f"listening at {address} with {workers} workers, sandbox {server.backend.describe().get('sandbox')}")
        server.run()
        _say("stopping")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(sentence: str) -> None:
    sys.stderr.write(f"ecot serve: {sentence}\n")
    sys.stderr.flush()
