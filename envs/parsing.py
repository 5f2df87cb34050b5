"""From an agent's raw reply to a candidate: the last fenced block after the thinking, or a reason why there is none.

The rules, in order (a golden table in the tests pins each):

1. What stands between `<think>` and the last `</think>` never runs. A reply that opens `<think>` and does not close it
   is a `FORMAT_ERROR`; a stray `</think>` without an opening one ends thinking that began in the prompt.
2. A fence is a line of three or more backticks or tildes, indented by at most three spaces; it ends at a line of at
   least as many of the same character and nothing else. A fence that is never closed is a `FORMAT_ERROR`.
3. The candidate is the last block whose tag is one of the domain's, or, where there is no such block, the last block
   without a tag. Blocks with other tags are prose.
4. Where the domain asks for answers beside the code, each is the last line `NAME: [...]` after the thinking whose list
   is JSON; case, bold type and single quotes do not matter. A line that cannot be read counts as none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ecot.envs.types import Candidate, Diagnostic, File, Label, Outcome, StageResult

PARSE_STAGE = "parse"
NO_CODE = "no_code"
"""Code of the `FormatError` for a reply without any fenced block, which can mean that the agent stops."""
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


def parse_reply(
    reply: str, *, fences: Sequence[str], entry: str, answers: Sequence[str] = (), code: bool = True
) -> Candidate:
    r"""Return the candidate in a reply, as one file named `entry`.

    Args:
        reply: as the agent gave it.
        fences: tags of blocks that may hold the candidate.
        entry: path of its file.
        answers: names of the lines that it may hold beside the code.
        code: whether there must be code; without, there must be an answer, and there is no file.

    Raises:
        FormatError: there is none.

    >>> parse_reply("Here:\n```v\nmodule m; endmodule\n```", fences=("v",), entry="m.v").source
    'module m; endmodule\n'
    """
    text = _after_thinking(reply)
    given = _answers(text, answers)
    if not code:
        if not given:
            names = " or ".join(f"`{name}: [...]`" for name in answers)
            raise FormatError("no_answer", f"the reply holds no line {names} with a list that can be read")
        return Candidate(files=(), answers=given)
    blocks = _blocks(text)
    wanted = [block for block in blocks if block.tag in fences] or [block for block in blocks if not block.tag]
    if not wanted:
        if blocks:
            raise FormatError(
                "wrong_fence", f"no fenced block is tagged `{fences[0]}`; the last one is tagged `{blocks[-1].tag}`"
            )
        raise FormatError(NO_CODE, f"the reply holds no fenced code block; answer with one that starts ```{fences[0]}")
    source = wanted[-1].text
    if not source.strip():
        raise FormatError("empty_code", "the fenced code block is empty")
    return Candidate(files=(File(entry, source),), answers=given)


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


def _answers(text: str, names: Sequence[str]) -> Mapping[str, str]:
    """The lists that were given, as JSON, by the name of their line."""
    found = {}
    for name in names:
        for match in re.finditer(rf"(?im)^[ \t]*\**{re.escape(name)}\**:\**[ \t]*(\[[^\n]*\])[ \t.]*\**$", text):
            values = _list_of(match[1])
            if values is not None:
                found[name] = json.dumps(values)
    return found


def _list_of(text: str) -> list[str | int] | None:
    for written in (text, text.replace("'", '"')):
        try:
            values = json.loads(written)
        except ValueError:
            continue
        return values if all(isinstance(item, str | int) for item in values) else None
    return None


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
