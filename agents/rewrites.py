"""Small changes of a source that usually alter nothing: other names, orders, brackets and spellings of numbers.

They know no language, and promise nothing: whether a rewrite was harmless is for the toolchain to say, which judges a
rewritten candidate like any other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from random import Random

__all__ = ["REWRITES", "Rewrite", "rewritten", "words_of"]

Rewrite = Callable[[str, Collection[str], Random], str]
"""Called with a source and the words that must keep their names; returns it unchanged where it does not apply."""

_WORD = re.compile(r"(?<![\w.$`%#'\"])[A-Za-z_]\w{1,}(?![\w(\"'])")
_SUFFIXES = ("_q", "_n", "_val", "_x", "2", "_tmp", "_r")
_PREFIXES = ("my_", "the_", "t_", "in_")


def words_of(text: str) -> frozenset[str]:
    """Return every word of a text that could be a name."""
    return frozenset(re.findall(r"[A-Za-z_]\w*", text))


def rewritten(source: str, fixed: Collection[str], *, random: Random, count: int) -> str:
    """Return `source` after `count` rewrites drawn from the table.

    Args:
        source: the code.
        fixed: words that must keep their names, such as ports and keywords.
        random: draws which rewrites, and where.
        count: how many.
    """
    for _ in range(count):
        source = random.choice(REWRITES)(source, fixed, random)
    return source


def _rename(source: str, fixed: Collection[str], random: Random) -> str:
    counts = Counter(word for word in _WORD.findall(source) if word not in fixed)
    names = sorted(word for word, count in counts.items() if count > 1)
    if not names:
        return source
    name = random.choice(names)
    drawn = random.choice(_PREFIXES) + name if random.random() < 0.4 else name + random.choice(_SUFFIXES)
    return source if drawn in words_of(source) else re.sub(rf"(?<![\w$`]){name}(?!\w)", drawn, source)


def _swap_operands(source: str, fixed: Collection[str], random: Random) -> str:
    found = list(re.finditer(r"(?<![\w)\].])([A-Za-z_]\w*) ([+&|^*]) ([A-Za-z_]\w*)(?![\w(\[.])", source))
    return _put(source, random.choice(found), r"\3 \2 \1") if found else source


def _bracket(source: str, fixed: Collection[str], random: Random) -> str:
    found = list(re.finditer(r"(?<=[^=<>!+*/&|^-])= ([^=;\n{}()#,]+)(?=;|\n)", source))
    return _put(source, random.choice(found), r"= (\1)") if found else source


def _hexadecimal(source: str, fixed: Collection[str], random: Random) -> str:
    found = list(re.finditer(r"(?<![\w.'\[])([1-9]\d{1,4})(?![\w.'\]])", source))
    if not found or "endmodule" in source:
        return source
    match = random.choice(found)
    return source[: match.start()] + hex(int(match[1])) + source[match.end() :]


def _swap_lines(source: str, fixed: Collection[str], random: Random) -> str:
    lines = source.split("\n")
    places = [
        place
        for place, (one, other) in enumerate(pairwise(lines))
        if _is_simple(one) and _is_simple(other) and _indent(one) == _indent(other) and one != other
    ]
    if places:
        place = random.choice(places)
        lines[place], lines[place + 1] = lines[place + 1], lines[place]
    return "\n".join(lines)


def _space(source: str, fixed: Collection[str], random: Random) -> str:
    lines = source.split("\n")
    lines.insert(random.randrange(len(lines)), "")
    return "\n".join(lines)


def _put(source: str, match: re.Match[str], template: str) -> str:
    return source[: match.start()] + match.expand(template) + source[match.end() :]


def _is_simple(line: str) -> bool:
    return bool(line.strip()) and "=" in line and not line.rstrip().endswith((":", "{", "(", ",", "begin"))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


REWRITES: Sequence[Rewrite] = (_rename, _rename, _swap_operands, _bracket, _hexadecimal, _swap_lines, _space)
