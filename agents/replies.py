"""A reply taken apart: the thinking, what stands behind it, and the code in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ecot.envs.domain import domains
from ecot.envs.parsing import FormatError, parse_reply

_FENCE = re.compile(
    r"^(?P<fence>`{3,}|~{3,})[ \t]*(?P<tag>[\w+.-]*)[^\n]*\n(?P<code>.*?)^(?P=fence)[ \t]*$", re.M | re.S
)
_OPEN, _CLOSE = "<think>", "</think>"


def thinking_of(reply: str) -> str:
    r"""Return the thinking of a reply, stripped; of one that never stops thinking, all that follows the tag.

    >>> thinking_of("<think>\nhm\n</think>\n\nDone.")
    'hm'
    """
    head, closed, _ = reply.rpartition(_CLOSE)
    text = head if closed else reply if _OPEN in reply else ""
    return text.replace(_OPEN, "").replace(_CLOSE, "").strip()


def without_thinking(reply: str) -> str:
    r"""Return what a reply says behind its thinking; a reply that never stops thinking is left as it is.

    >>> without_thinking("<think>hm</think>\n\nDone.")
    'Done.'
    """
    _, closed, answer = reply.rpartition(_CLOSE)
    return answer.lstrip() if closed else reply


def fenced_blocks(text: str) -> Sequence[tuple[str, str]]:
    r"""Return the fenced blocks of a text as pairs of tag (in lower case) and code.

    >>> fenced_blocks("See:\n```Verilog\nmodule m;\n```\n")
    [('verilog', 'module m;\n')]
    """
    return [(match["tag"].lower(), match["code"]) for match in _FENCE.finditer(text)]


def code_of(reply: str, env_id: str) -> str:
    """Return the candidate of a reply; empty where it holds none, or where the environment is not known here."""
    domain = domains().get(env_id)
    if domain is None:
        return ""
    try:
        return parse_reply(reply, fences=domain.fences, entry="candidate").source
    except FormatError:
        return ""
