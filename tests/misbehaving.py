"""A server of chat completions that misbehaves on order: slow, refusing, cut off, or talking nonsense."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Heard:
    """What a server was asked.

    Attributes:
        bodies: of the requests, in order.
        keys: what stood in their Authorization headers.
        busiest: most requests at once.
    """

    bodies: list[Mapping[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    busiest: int = 0
    url: str = ""


Behaviour = Callable[[BaseHTTPRequestHandler, Mapping[str, Any]], None]


def completion(text: str, *, finish: str = "stop", **message: Any) -> dict[str, Any]:
    return {
        "model": "tiny-1",
        "choices": [{"message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5},
    }


def send(handler: BaseHTTPRequestHandler, data: bytes, *, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(data)


def answers(text: str, **more: Any) -> Behaviour:
    return lambda handler, body: send(handler, json.dumps(completion(text, **more)).encode())


def refuses(status: int, said: str = "no", **headers: str) -> Behaviour:
    return lambda handler, body: send(handler, json.dumps({"error": said}).encode(), status=status, **headers)


def talks(data: bytes) -> Behaviour:
    return lambda handler, body: send(handler, data)


def cuts_off(handler: BaseHTTPRequestHandler, body: Mapping[str, Any]) -> None:
    """Promises more than it sends."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [{"mess')
    handler.close_connection = True


def hangs_up(handler: BaseHTTPRequestHandler, body: Mapping[str, Any]) -> None:
    """Sends nothing."""
    handler.close_connection = True


def dribbles(handler: BaseHTTPRequestHandler, body: Mapping[str, Any]) -> None:
    """Sends a space now and then, so that no read ever times out."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    try:
        for _ in range(100):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        handler.close_connection = True


def sleeps(seconds: float, then: Behaviour) -> Behaviour:
    def behave(handler: BaseHTTPRequestHandler, body: Mapping[str, Any]) -> None:
        time.sleep(seconds)
        then(handler, body)

    return behave


@contextmanager
def serving(behaviours: Sequence[Behaviour]) -> Iterator[Heard]:
    """Serve on a port of this machine: each request gets the next behaviour, the last one for ever."""
    heard, lock, now = Heard(), threading.Lock(), [0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                number = len(heard.bodies)
                heard.bodies.append(json.loads(data))
                heard.keys.append(self.headers.get("Authorization", ""))
                now[0] += 1
                heard.busiest = max(heard.busiest, now[0])
            try:
                behaviours[min(number, len(behaviours) - 1)](self, heard.bodies[number])
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True
            finally:
                with lock:
                    now[0] -= 1

        def log_message(self, format: str, *args: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    heard.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
