"""Source code as words: comments gone, names in the order of their appearance, numbers by what is known of them.

One lexer serves every language here. Words of a language (those that the vocabulary knows) stay; every other name
becomes `name0`, `name1`, ... in the order of first appearance over all texts that are read together, so that a renamed
program and its original read the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["MOST_NAMES", "Namer", "lex", "numbers_of"]

MOST_NAMES = 96
"""Names and numbers that are told apart, each; later ones share the last."""
_COMMENTS = {
    "c": re.compile(r"//[^\n]*|/\*.*?\*/", re.S),
    "python": re.compile(r"#[^\n]*"),
    "assembly": re.compile(r"#[^\n]*|//[^\n]*|/\*.*?\*/|^\s*\.(?:file|ident|loc)\b[^\n]*", re.S | re.M),
}
_STYLES = {"verilog": "c", "c": "c", "python": "python", "x86-64 assembly": "assembly"}
"""How comments are written, by the language of a domain."""
_TOKEN = re.compile(
    r"""
    (?P<number>\d*\s?'s?[bodhBODH]\s?[\w?]+|0[xX][0-9a-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?[uUlLfF]*)
    |(?P<word>[.$`%@]?[A-Za-z_]\w*)
    |(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    |(?P<sign><<<|>>>|===|!==|<<=|>>=|\*\*|//|==|!=|<=|>=|&&|\|\||<<|>>|\+\+|--|->|\+=|-=|\*=|/=|%=|&=|\|=|\^=|:=|\+:|-:|~\^|~&|~\||::|\S)
    """,
    re.X,
)
_BASED = re.compile(r"(\d*)\s?'(s?)([bodhBODH])\s?([\w?]+)")
_BASES = {"b": 2, "o": 8, "d": 10, "h": 16}


def lex(source: str, language: str) -> list[tuple[int, list[str]]]:
    r"""Return the lines that hold code, each as its number from 1 and its raw tokens.

    >>> lex("a = b; // sum\n\nc <= 4'hF;", "verilog")
    [(1, ['a', '=', 'b', ';']), (3, ['c', '<=', "4'hF", ';'])]
    """
    bare = _COMMENTS[_STYLES.get(language.lower(), "c")].sub(lambda match: "\n" * match[0].count("\n") or " ", source)
    lines = []
    for number, line in enumerate(bare.split("\n"), start=1):
        tokens = [match[0] for match in _TOKEN.finditer(line)]
        if tokens:
            indent = min((len(line) - len(line.lstrip())) // 4, 5) if _STYLES.get(language.lower()) == "python" else 0
            lines.append((number, [*(["indent"] * indent), *tokens]))
    return lines


def value_of(token: str) -> tuple[str, float] | None:
    """Return the width of a number, as it is written, and its value; None where the token is no number that counts.

    >>> value_of("4'hF"), value_of("0x10"), value_of("2.5f"), value_of("x")
    (('4', 15.0), ('', 16.0), ('', 2.5), None)
    """
    based = _BASED.fullmatch(token)
    try:
        if based:
            return based[1], float(int(based[4].replace("_", ""), _BASES[based[3].lower()]))
        if token[:2].lower() == "0x":
            return "", float(int(token.rstrip("uUlL"), 16))
        return "", float(token.rstrip("uUlLfF").replace("_", ""))
    except ValueError:
        return None


def numbers_of(text: str) -> frozenset[float]:
    """Return the values of all numbers in a text."""
    found = (value_of(match) for match in re.findall(r"0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?", text))
    return frozenset(item[1] for item in found if item)


@dataclass(slots=True)
class Namer:
    """Turns raw tokens into words of a closed vocabulary; one for all texts that are read together.

    Attributes:
        known: words that stay as they are.
        given: values that the task names; another number is a stranger.
    """

    known: Collection[str]
    given: Collection[float] = ()
    _names: dict[str, str] = field(default_factory=dict)
    _values: dict[float, str] = field(default_factory=dict)

    def words(self, tokens: Sequence[str]) -> list[str]:
        """Return the words of the tokens of one line."""
        return [word for token in tokens for word in self._words(token)]

    def _words(self, token: str) -> Iterator[str]:
        if token[0].isdigit() or (token[0] == "'" and len(token) > 1 and token[1] in "sbodhBODH" and token[-1] != "'"):
            yield from self._number(token)
        elif token in self.known:
            yield token
        elif token[0].isalpha() or token[0] == "_" or len(token) > 1:
            yield self._name(token)
        else:
            yield token if token.isascii() else "odd"

    def _number(self, token: str) -> Iterator[str]:
        found = value_of(token)
        if found is None:
            yield "oddnumber"
            return
        width, value = found
        if width:
            yield f"width{min(int(width), 65)}"
        if value == int(value) and value <= 16:
            yield str(int(value))
        else:
            kind = "given" if value in self.given else "number"
            yield self._values.setdefault(value, f"{kind}{min(len(self._values), MOST_NAMES - 1)}")

    def _name(self, token: str) -> str:
        if token[0] in "\"'":
            return "text"
        sort = {".": "dot", "$": "system", "`": "macro", "%": "percent", "@": "at"}.get(token[0], "name")
        return self._names.setdefault(token, f"{sort}{min(len(self._names), MOST_NAMES - 1)}")
