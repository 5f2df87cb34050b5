"""Serves a store on this machine alone: the index from memory, episodes and pictures when they are asked for."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from matplotlib.image import imsave

from ecot.commands.viewer.page import page
from ecot.commands.viewer.records import long_record
from ecot.envs.domain import domains
from ecot.envs.errors import EcotError
from ecot.envs.store import TrajectoryStore
from ecot.envs.types import Trajectory

_EPISODE = re.compile(r"/episode/([0-9a-f]+)")
_PICTURE = re.compile(r"/picture/([0-9a-f]+)/([0-9]+)\.png")
_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?")


def make_server(
    store: TrajectoryStore, index: Sequence[Mapping[str, Any]], *, title: str, port: int
) -> ThreadingHTTPServer:
    """Return a server that is bound to this machine's own address; `serve_forever` runs it."""
    whole = page(title, index, None).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            # A page elsewhere may point its own name at this address; it must not read what is served here.
            if not _HOST.fullmatch(self.headers.get("Host", "")):
                self.send_error(403)
            elif self.path == "/":
                self._send(whole, "text/html; charset=utf-8")
            elif match := _EPISODE.fullmatch(self.path):
                self._episode(match[1])
            elif match := _PICTURE.fullmatch(self.path):
                self._picture(match[1], int(match[2]))
            else:
                self.send_error(404)

        def _episode(self, identity: str) -> None:
            if identity not in store:
                self.send_error(404)
                return
            record = with_pictures(store[identity])
            self._send(json.dumps(record).encode(), "application/json")

        def _picture(self, identity: str, number: int) -> None:
            data = picture_of(store[identity], number) if identity in store else None
            if data is None:
                self.send_error(404)
                return
            self._send(data, "image/png")

        def _send(self, data: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Be quiet."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def with_pictures(trajectory: Trajectory) -> Mapping[str, Any]:
    """Return the long record with the address of a picture at every turn that can have one."""
    record = dict(long_record(trajectory))
    domain = domains().get(trajectory.env_id)
    if domain is not None and domain.draw is not None:
        record["turns"] = [
            {**turn, "picture": f"picture/{trajectory.identity}/{number}.png"} if turn["stage"] else turn
            for number, turn in enumerate(record["turns"])
        ]
    return record


def picture_of(trajectory: Trajectory, number: int) -> bytes | None:
    """Return the domain's picture of a turn as PNG; None where there is none, or what draws is not installed."""
    domain = domains().get(trajectory.env_id)
    if domain is None or domain.draw is None or number >= len(trajectory.turns):
        return None
    try:
        picture = domain.draw(trajectory.turns[number].outcome)
    except EcotError:
        return None
    data = io.BytesIO()
    imsave(data, picture, format="png")
    return data.getvalue()
