"""The page: one HTML file with its style, its script and its data; it asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ecot.envs.prompts import fill, load

_PACKAGE = "ecot.commands.viewer"


def page(title: str, index: Sequence[Mapping[str, Any]], episodes: Mapping[str, Any] | None) -> str:
    """Return the page.

    Args:
        title: of the page; plain text.
        index: short records.
        episodes: long records by identity; None where a server hands them out.
    """
    script = load(_PACKAGE, "page.js")
    values = {
        "title": _escaped(title),
        "style": load(_PACKAGE, "page.css"),
        "script": script,
        "policy": policy_for(script),
        "data": embedded({"index": list(index), "episodes": episodes}),
    }
    return fill(load(_PACKAGE, "page.html"), values)


def policy_for(script: str) -> str:
    """Return the content security policy: this one script runs, no other, and nothing leaves but to where it came from.

    A stored reply that were ever taken for markup still could not run.
    """
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'"
    )


def embedded(value: Any) -> str:
    """Return JSON that can stand in a script element: no tag can end it, whatever the data hold."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
