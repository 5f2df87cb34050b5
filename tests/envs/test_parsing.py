"""The golden table of replies: what is taken as the candidate, and why there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecot.envs.parsing import FormatError, format_error, parse_reply
from ecot.envs.types import Label

M = "module m; endmodule\n"
F = f"```verilog\n{M}```"

TAKEN = [
    ("one tagged block", F, M),
    ("one block without a tag", f"```\n{M}```", M),
    ("prose around it", f"Here it is:\n\n{F}\n\nDone.", M),
    ("the last of two", f"```verilog\nmodule a; endmodule\n```\n{F}", M),
    ("a tagged block before an untagged one", f"{F}\n```\nnotes\n```", M),
    ("a block of another language after it", f"{F}\n```python\nprint(1)\n```", M),
    ("an untagged block after another language", f"```text\nx\n```\n```\n{M}```", M),
    ("a short tag", f"```v\n{M}```", M),
    ("a tag in capitals", f"```Verilog\n{M}```", M),
    ("systemverilog", f"```systemverilog\n{M}```", M),
    ("a tag after a blank", f"``` verilog\n{M}```", M),
    ("a tag with attributes", f'```verilog title="m.v"\n{M}```', M),
    ("a tag in braces", f"```{{.verilog}}\n{M}```", M),
    ("tildes", f"~~~verilog\n{M}~~~", M),
    ("four backticks", f"````verilog\n{M}````", M),
    ("a longer closing fence", f"```verilog\n{M}`````", M),
    ("three backticks inside four", "````verilog\n// ```\n" + M + "````", "// ```\n" + M),
    ("tildes inside backticks", "```verilog\n// x\n~~~\n" + M + "```", "// x\n~~~\n" + M),
    ("an indented fence", f"  ```verilog\n{M}  ```", M),
    ("a fence that is not alone on its line is code", "```verilog\n// ``` x\n" + M + "```", "// ``` x\n" + M),
    ("after thinking", f"<think>plan</think>\n{F}", M),
    ("code in thinking is not run", f"<think>```verilog\nbad\n```</think>\n{F}", M),
    ("an open fence in thinking is no matter", f"<think>```verilog\nbad</think>\n{F}", M),
    ("two thinking blocks", f"<think>a</think>x<think>b</think>\n{F}", M),
    ("thinking that began in the prompt", f"plan\n</think>\n{F}", M),
    ("code between two thinking blocks is not run", f"<think>a</think>\n```v\nbad\n```\n<think>b</think>\n{F}", M),
    ("windows line ends", F.replace("\n", "\r\n"), M),
    ("old mac line ends", F.replace("\n", "\r"), M),
    ("a byte order mark", "\ufeff" + F, M),
    ("trailing blanks after the fence", f"```verilog  \n{M}```  ", M),
    ("unicode in a comment", "```verilog\n// ≤ naïve\n" + M + "```", "// ≤ naïve\n" + M),
    ("no final newline in the reply", f"```verilog\n{M}```", M),
    ("blank lines are kept", "```verilog\n\n" + M + "\n```", "\n" + M + "\n"),
    ("a lone surrogate becomes a question mark", "```verilog\n//\ud800\n" + M + "```", "//?\n" + M),
    ("inline backticks are prose", f"use `m` and ```x``` here\n{F}", M),
]

REFUSED = [
    ("nothing", "", "no_code"),
    ("only prose", "I cannot do that.", "no_code"),
    ("code without a fence", M, "no_code"),
    ("another language", "```python\nprint(1)\n```", "wrong_fence"),
    ("an open fence", f"```verilog\n{M}", "open_fence"),
    ("a closed block, then an open one", f"{F}\n```verilog\n{M}", "open_fence"),
    ("open thinking", f"<think>hm\n{F}", "open_think"),
    ("thinking opened again", f"<think>a</think>{F}<think>b", "open_think"),
    ("all of it thinking", f"<think>{F}</think>", "no_code"),
    ("an empty block", "```verilog\n```", "empty_code"),
    ("a blank block", "```verilog\n  \n```", "empty_code"),
    ("closed by the wrong character", f"```verilog\n{M}~~~", "open_fence"),
    ("closed by too few", f"````verilog\n{M}```", "open_fence"),
    ("the last block is empty", f"{F}\n```verilog\n```", "empty_code"),
]

FENCES = ("verilog", "systemverilog", "v", "sv")


@pytest.mark.parametrize(("reply", "source"), [row[1:] for row in TAKEN], ids=[row[0] for row in TAKEN])
def test_the_candidate_is_the_last_fitting_block(reply: str, source: str) -> None:
    candidate = parse_reply(reply, fences=FENCES, entry="m.v")
    assert candidate.source == source
    assert candidate.files[0].path == "m.v"


@pytest.mark.parametrize(("reply", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_reply_without_a_candidate_says_why(reply: str, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse_reply(reply, fences=FENCES, entry="m.v")
    assert caught.value.code == code
    outcome = format_error(caught.value)
    assert outcome.label is Label.FORMAT_ERROR
    assert outcome.diagnostics[0].message == str(caught.value)


ANSWERS = [
    ("both lines", 'Result: ["missing end"]\nLines: [12, 3]\n', {"Result": '["missing end"]', "Lines": "[12, 3]"}),
    ("the last of several", "Lines: [1]\nLines: [2]\n", {"Lines": "[2]"}),
    ("single quotes", "Result: ['latch inference']\n", {"Result": '["latch inference"]'}),
    ("bold, in another case, with a stop", "**lines:** [4].\n", {"Lines": "[4]"}),
    ("an empty list", "Lines: []\n", {"Lines": "[]"}),
    ("thinking does not count", "<think>\nLines: [1]\n</think>\nLines: [2]\n", {"Lines": "[2]"}),
    ("prose is no answer", "The Lines: [1] are wrong.\n", {}),
    ("not a list that can be read", "Lines: [1, two]\nResult: missing end\n", {}),
    ("not a list of words and numbers", "Lines: [[1]]\n", {}),
]


@pytest.mark.parametrize(("reply", "answers"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
def test_answers_beside_the_code_are_lines_of_their_own(reply: str, answers: dict[str, str]) -> None:
    named = ("Result", "Lines")
    assert dict(parse_reply(reply + F, fences=FENCES, entry="m.v", answers=named).answers) == answers
    assert parse_reply(reply + F, fences=FENCES, entry="m.v").answers == {}
    if answers:
        candidate = parse_reply(reply, fences=FENCES, entry="m.v", answers=named, code=False)
        assert (candidate.files, dict(candidate.answers)) == ((), answers)
    else:
        with pytest.raises(FormatError, match=r"no line `Result: \[...\]` or `Lines"):
            parse_reply(reply, fences=FENCES, entry="m.v", answers=named, code=False)


@given(st.text())
def test_any_text_gives_a_candidate_or_a_format_error(reply: str) -> None:
    try:
        source = parse_reply(reply, fences=FENCES, entry="m.v").source
    except FormatError as error:
        source = str(error)
    assert source.strip()


@given(st.text(st.characters(blacklist_characters="`~\r", blacklist_categories=["Cs"]), min_size=1))
def test_what_stands_in_a_fence_comes_back_to_the_letter(body: str) -> None:
    if not body.strip() or body.startswith("\ufeff"):
        return
    assert parse_reply(f"```v\n{body}\n```", fences=FENCES, entry="m.v").source in (f"{body}\n",)
