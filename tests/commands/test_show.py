"""`ecot show`: lists, reads aloud, highlights what changed, and lets no stored text command the terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import FAKE_ID, FakeBackend, SayingAgent
from rich.console import Console

from ecot.__main__ import main
from ecot.agents.rollout import EpisodePlan, play_episode
from ecot.commands.show import diff, visible
from ecot.envs.env import CodeEnv
from ecot.envs.errors import EcotError, SandboxError
from ecot.envs.store import TrajectoryStore

HOSTILE = "<think>\x1b[2J\x1b]0;owned\x07 \x9b31m hm</think>\n```lists\na = 1 \x1b[8m\n```\n"


def stored(path: Path, *replies: str, error: EcotError | None = None) -> str:
    """Play the replies, store what came of it, and return its identity."""
    backend = FakeBackend(fail_after=1, error=error)
    env = CodeEnv(FAKE_ID, backend=backend, corrections=len(replies) - 1)
    played = play_episode(env, SayingAgent(*replies), plan=EpisodePlan(task_id="lists@1/000002", seed=len(replies)))
    with TrajectoryStore(path, write=True) as store:
        store.append(played)
    return played.identity


@pytest.fixture
def shown(fakes: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def run(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        assert main(["show", str(tmp_path), *words]) == code
        return capsys.readouterr().out

    return run


def test_a_single_trajectory_is_read_aloud(shown: Callable[..., str], tmp_path: Path) -> None:
    first = "<think>I guess the second number.</think>\n```lists\na = 6\nb = 9\n```"
    second = "<think>It expected 8.</think>\n```lists\na = 6\nb = 8\n```"
    identity = stored(tmp_path, first, second, "I give up.")
    text = shown()
    for part in (
        identity,
        "lists@1/000002",
        "Assign to each letter",
        "turn 1 of 3",
        "I guess the second number.",
        "MISMATCH at check   reward +0.10",
        "b: expected 8, got 9",
        "It expected 8.",
        "-b = 9\n+b = 8",
        "FORMAT_ERROR at parse",
        "I give up.",
        "not solved in 3 turns, return 0.10",
    ):
        assert part in text
    assert text.index("a = 6") < text.index("b = 9")


def test_several_are_listed_and_one_is_read_by_the_start_of_its_identity(
    shown: Callable[..., str], tmp_path: Path
) -> None:
    one, two = stored(tmp_path, "nothing"), stored(tmp_path, "nothing", "nothing")
    text = shown()
    assert one[:12] in text
    assert two[:12] in text
    assert "turn 1 of" not in text
    assert "turn 1 of 2" in shown("--id", two[:8])
    assert shown("--aloud").count("not solved") == 2
    assert two[:12] not in shown("--limit", "1", "--id", one[:6])


def test_a_label_chooses(shown: Callable[..., str], tmp_path: Path) -> None:
    stored(tmp_path, "nothing")
    looping = stored(tmp_path, "```lists\nloop\n```", "nothing")
    broken = stored(tmp_path, "```lists\na = 1\n```", "```lists\na = 1\n```", "x", error=SandboxError("host is full"))
    assert looping in shown("--label", "timeout")
    text = shown("--label", "ERROR")
    assert broken in text
    assert "broken on our side: SandboxError: host is full" in text


def test_the_digest_is_all_that_is_printed(shown: Callable[..., str], tmp_path: Path) -> None:
    stored(tmp_path, "nothing")
    assert shown("--digest") == f"{TrajectoryStore(tmp_path).digest()}\n"


def test_stored_text_does_not_command_the_terminal(shown: Callable[..., str], tmp_path: Path) -> None:
    stored(tmp_path, HOSTILE, HOSTILE + "x", "\x1b[31m no code \x9b")
    for words in ([], ["--full"]):
        text = shown(*words)
        assert not set(text) & {chr(code) for code in (*range(9), *range(11, 32), *range(0x7F, 0xA0))}
        assert "␛[2J" in text


def test_control_characters_and_lone_surrogates_become_visible() -> None:
    assert visible("a\x1b[2J\r\n\tb\x00\x9b\udcff\u202e") == "a␛[2J␍\n\tb␀\ufffd?\ufffd"


def test_an_unchanged_source_has_no_diff() -> None:
    console = Console(width=80, file=None, record=True, quiet=True)
    console.print(diff("a\n", "a\n"))
    assert diff("a\n", "a\n").plain.startswith("(the code of the turn before, unchanged)")
    changed = diff("a\nb\n", "a\nc\n")
    assert {changed.plain[span.start]: span.style for span in changed.spans if span.style} == {
        "@": "cyan",
        "-": "red",
        "+": "green",
    }


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--id", "zzz"], "holds no such trajectory"),
        (["--label", "PASSED"], "unknown label 'PASSED'; use one of: "),
    ],
)
def test_bad_input_is_one_sentence(
    fakes: None, tmp_path: Path, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stored(tmp_path, "nothing")
    assert main(["show", str(tmp_path), *words]) == 2
    complaint = capsys.readouterr().err
    assert sentence in complaint
    assert complaint.count("\n") == 1


def test_a_store_that_is_not_there_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.startswith(f"ecot: there is no trajectory store at {tmp_path / 'none'}")


def test_a_corrupt_line_is_told_and_the_rest_is_shown(
    shown: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stored(tmp_path, "nothing")
    (shard,) = tmp_path.glob("*.jsonl")
    shard.write_bytes(b'{"identity":"x"}\n' + shard.read_bytes())
    assert "turn 1 of 1" in shown(code=2)
    assert main(["show", str(tmp_path), "--digest"]) == 2
    assert f"{shard}, line 1 is corrupt" in capsys.readouterr().err


def test_a_trajectory_of_an_unknown_environment_is_still_shown(
    fakes: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(tmp_path, "```lists\na = 1\n```")
    monkeypatch.setattr("ecot.commands.show.domains", dict)
    assert main(["show", str(tmp_path)]) == 0
    assert "a = 1" in capsys.readouterr().out
