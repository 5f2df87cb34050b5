"""`ecot view`: a store in the browser, served on this machine or written as one page."""

from __future__ import annotations

import argparse
import base64
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ecot.commands.viewer.page import page
from ecot.commands.viewer.records import long_record, short_record
from ecot.commands.viewer.server import make_server, picture_of
from ecot.envs.errors import ConfigError
from ecot.envs.store import TrajectoryStore
from ecot.envs.types import Trajectory

NAME = "view"
HELP = "read stored trajectories in the browser: filters, turns with diffs, diagnoses, pictures, totals"

MOST = 500
"""Episodes of one page; the server has no such limit."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", type=Path, help="folder of a trajectory store")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write one page that needs nothing else, and end")
    parser.add_argument("--label", default="", metavar="LABEL", help="with --html: only episodes with such a turn")
    parser.add_argument("--limit", type=int, default=MOST, metavar="N", help=f"with --html: at most N (up to {MOST})")
    parser.add_argument("--pictures", action="store_true", help="with --html: the domain's picture of each last turn")
    parser.add_argument("--port", type=int, default=8642, metavar="N", help="of the server (default %(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Write the page, or serve until interrupted; return 2 where a line of the store is corrupt."""
    store = TrajectoryStore(arguments.path)
    title = f"ECoT Gym: {arguments.path.name}"
    for problem in store.problems:
        sys.stderr.write(f"ecot: {problem}\n")
    if arguments.html is not None:
        _write(arguments, store, title)
    else:
        _serve(arguments, store, title)
    return 2 if store.problems else 0


def _write(arguments: argparse.Namespace, store: TrajectoryStore, title: str) -> None:
    if not 1 <= arguments.limit <= MOST:
        raise ConfigError(f"--limit must lie in 1 to {MOST}, not {arguments.limit}; a larger store is for the server")
    chosen = [item for item, _ in zip(_chosen(store, arguments.label), range(arguments.limit), strict=False)]
    if not chosen:
        raise ConfigError(f"{arguments.path} holds no such episode; leave out --label")
    records = {item.identity: _record(item, pictures=arguments.pictures) for item in chosen}
    try:
        arguments.html.write_text(page(title, [short_record(item) for item in chosen], records), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"--html {str(arguments.html)!r} cannot be written ({error.strerror})") from error
    print(f"{arguments.html}: {len(chosen)} of {len(store)} episodes")


def _chosen(store: TrajectoryStore, label: str) -> Iterator[Trajectory]:
    for trajectory in store.readable():
        if not label or label.upper() in short_record(trajectory)["labels"]:
            yield trajectory


def _record(trajectory: Trajectory, *, pictures: bool) -> Mapping[str, Any]:
    record = dict(long_record(trajectory))
    number = len(trajectory.turns) - 1
    data = picture_of(trajectory, number) if pictures and number >= 0 else None
    if data is not None:
        picture = f"data:image/png;base64,{base64.b64encode(data).decode()}"
        record["turns"] = [*record["turns"][:-1], {**record["turns"][-1], "picture": picture}]
    return record


def _serve(arguments: argparse.Namespace, store: TrajectoryStore, title: str) -> None:
    index = [short_record(trajectory) for trajectory in store.readable()]
    try:
        server = make_server(store, index, title=title, port=arguments.port)
    except OSError as error:
        raise ConfigError(f"port {arguments.port} cannot be served ({error.strerror}); name another --port") from error
    print(f"{len(index)} episodes at http://127.0.0.1:{server.server_port}/ (stop with Ctrl-C)", flush=True)
    with server, suppress(KeyboardInterrupt):
        server.serve_forever()
