"""What a picture is drawn from: meshes as one short text, which travels in the log of an outcome."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["PREFIX", "Part", "decode", "pack"]

PREFIX = "scene:"
"""What the line of a log that holds a scene begins with."""
_STEPS = 4095
"""Steps of a coordinate over the extent of a scene."""
_MOST_BYTES = 1 << 20
Part = tuple[NDArray[np.float64], NDArray[np.int64]]
"""Points (V x 3, mm) and triangles (T x 3)."""


def pack(parts: dict[str, Part]) -> str:
    """Return parts as text; coordinates are kept to 1/4095 of the whole extent."""
    points = np.concatenate([part[0] for part in parts.values()])
    low, span = points.min(axis=0), max(float((points.max(axis=0) - points.min(axis=0)).max()), 1e-9)
    head: dict[str, Any] = {"low": [float(value) for value in low], "span": span, "parts": {}}
    body = b""
    for name, (vertices, triangles) in parts.items():
        head["parts"][name] = [len(vertices), len(triangles)]
        body += np.round((vertices - low) / span * _STEPS).astype("<u2").tobytes() + triangles.astype("<u4").tobytes()
    data = zlib.compress(json.dumps(head).encode() + b"\n" + body, 9)
    return PREFIX + base64.b64encode(data).decode()


def decode(text: str) -> dict[str, Part]:
    """Return the parts by name.

    Raises:
        ValueError: the text is no scene.
    """
    if not text.startswith(PREFIX):
        raise ValueError(f"a scene begins with {PREFIX!r}, not {text[:20]!r}")
    data = zlib.decompressobj().decompress(base64.b64decode(text[len(PREFIX) :]), _MOST_BYTES * 8)
    line, _, body = data.partition(b"\n")
    head = json.loads(line)
    parts, position = {}, 0
    for name, (vertices, triangles) in head["parts"].items():
        raw = np.frombuffer(body, "<u2", 3 * vertices, position).reshape(-1, 3)
        position += raw.nbytes
        indices = np.frombuffer(body, "<u4", 3 * triangles, position).reshape(-1, 3)
        position += indices.nbytes
        parts[name] = (np.array(head["low"]) + raw / _STEPS * head["span"], indices.astype(np.int64))
    return parts
