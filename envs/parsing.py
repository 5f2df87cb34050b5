"""From an agent's raw reply to a candidate: the last fenced block after the thinking, or a reason why there is none.

The rules, in order (a golden table in the tests pins each):

1. What stands between `<think>` and the last `</think>` never runs. A reply that opens `<think>` and does not close it
   is a `FORMAT_ERROR`; a stray `</think>` without an opening one ends thinking that began in the prompt.
2. A fence is a line of three or more backticks or tildes, indented by at most three spaces; it ends at a line of at
   least as many of the same character and nothing else. A fence that is never closed is a `FORMAT_ERROR`.
3. The candidate is the last block whose tag is one of the domain's, or, where there is no such block, the last block
   without a tag. Blocks with other tags are prose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ecot.envs.types import Candidate, Diagnostic, File, Label, Outcome, StageResult

PARSE_STAGE = "parse"
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([^\n]*?)[ \t]*$")


@dataclass(frozen=True, slots=True)
class _Block:
    tag: str
    text: str


class FormatError(ValueError):
    """The reply holds no candidate; the message says what to answer instead."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def parse_reply(reply: str, *, fences: Sequence[str], entry: str) -> Candidate:
    r"""Return the candidate in a reply, as one file named `entry`.

    Raises:
        FormatError: there is none.

    >>> parse_reply("Here:\n```v\nmodule m; endmodule\n```", fences=("v",), entry="m.v").source
    'module m; endmodule\n'
    """
    blocks = _blocks(_after_thinking(reply))
    wanted = [block for block in blocks if block.tag in fences] or [block for block in blocks if not block.tag]
    if not wanted:
        if blocks:
            raise FormatError(
                "wrong_fence", f"no fenced block is tagged `{fences[0]}`; the last one is tagged `{blocks[-1].tag}`"
            )
        raise FormatError(
            "no_code", f"the reply holds no fenced code block; answer with one that starts ```{fences[0]}"
        )
    text = wanted[-1].text
    if not text.strip():
        raise FormatError("empty_code", "the fenced code block is empty")
    return Candidate(files=(File(entry, text),))


def format_error(error: FormatError) -> Outcome:
    """Return the outcome of a reply without a candidate."""
    diagnostic = Diagnostic(tool="parser", code=error.code, message=str(error))
    stage = StageResult(
        name=PARSE_STAGE, passed=False, label=Label.FORMAT_ERROR, diagnostics=(diagnostic,), engine="parser"
    )
    return Outcome(stages=(stage,))


def normalised(text: str) -> str:
    """Return `text` with Unix line ends, without a byte order mark, lone surrogates replaced by `?`."""
    unix = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    return unix.encode("utf-8", "replace").decode("utf-8")


def _after_thinking(reply: str) -> str:
    text = normalised(reply)
    opened, closed = text.rfind("<think>"), text.rfind("</think>")
    if opened > closed:
        raise FormatError("open_think", "`<think>` is never closed; end it with `</think>` before the code block")
    return text[closed + len("</think>") :] if closed >= 0 else text


def _blocks(text: str) -> list[_Block]:
    blocks: list[_Block] = []
    fence, tag, lines = "", "", list[str]()
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if not fence:
            if match and not (match[1][0] == "`" and "`" in match[2]):
                fence, tag, lines = match[1], _tag(match[2]), []
        elif match and match[1][0] == fence[0] and len(match[1]) >= len(fence) and not match[2]:
            blocks.append(_Block(tag, "".join(f"{item}\n" for item in lines)))
            fence = ""
        else:
            lines.append(line)
    if fence:
        raise FormatError("open_fence", "the last fenced code block is never closed; end it with a line of ```")
    return blocks


def _tag(info: str) -> str:
    words = info.split()
    return words[0].strip("{}.").split("=")[-1].lower() if words else ""
