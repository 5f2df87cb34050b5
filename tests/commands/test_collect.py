"""`ecot collect`: the same set whatever kills it, the same digest whatever plays it, one sentence for bad input."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from misbehaving import answers, serving

from ecot.__main__ import main
from ecot.envs.domain import domain_of
from ecot.envs.store import TrajectoryStore
from ecot.envs.types import Label

Collect = Callable[..., int]
HERE = Path(__file__).parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(HERE.parent)}


def killed(seed: int, kills: int, longest: float, *words: str) -> int:
    """Run the collector, killed again and again, to its end; return how many kills met it running."""
    done = subprocess.run(
        [sys.executable, str(HERE / "killed_collector.py"), str(seed), str(kills), str(longest), *words],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    count, left = map(int, done.stdout.split())
    assert left == 0, f"{left} processes outlived the runs that started them"
    return count


def test_a_collection_ends_with_a_table_and_a_store(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert collect("episodes=10", "samples=3") == 0
    table = capsys.readouterr().out
    assert "30 (30 played now, 0 stored before)" in table
    assert str(tmp_path / "store")[:40] in table
    store = TrajectoryStore(tmp_path / "store")
    assert len(store) == 30
    assert len({item.group_id for item in store}) == 10
    assert not store.problems


def test_a_second_run_plays_nothing_and_a_longer_one_only_what_is_new(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert collect("episodes=8") == 0
    digest = TrajectoryStore(tmp_path / "store").digest()
    capsys.readouterr()
    assert collect("episodes=8") == 0
    assert "8 (0 played now, 8 stored before)" in capsys.readouterr().out
    assert TrajectoryStore(tmp_path / "store").digest() == digest
    assert collect("episodes=12") == 0
    assert "12 (4 played now, 8 stored before)" in capsys.readouterr().out


def test_equal_seeds_have_equal_digests_whatever_the_number_of_workers(collect: Collect, tmp_path: Path) -> None:
    digests = {}
    for name, words in {"one": ["workers=1"], "five": ["workers=5"], "other": ["seed=1"]}.items():
        assert collect(*words, output=tmp_path / name) == 0
        digests[name] = TrajectoryStore(tmp_path / name).digest()
    assert digests["one"] == digests["five"]
    assert digests["one"] != digests["other"]


def test_twenty_kills_at_random_points_lose_nothing_and_double_nothing(
    collect: Collect, config_dir: Path, tmp_path: Path
) -> None:
    assert collect("episodes=300", output=tmp_path / "whole") == 0
    words = ["--config-dir", str(config_dir), "env=lists", "backend=fake", "backend.delay=0.003", "episodes=300"]
    count = killed(20, 20, 0.45, *words, "workers=4", f"output={tmp_path / 'killed'}")
    assert count >= 15, "the run ended before it could be killed; make it longer"
    whole, resumed = TrajectoryStore(tmp_path / "whole"), TrajectoryStore(tmp_path / "killed")
    assert sorted(resumed.identities()) == sorted(whole.identities())
    assert resumed.digest() == whole.digest()
    lines = sum(shard.read_bytes().count(b"\n") for shard in (tmp_path / "killed").glob("*.jsonl"))
    assert lines == 300
    assert not resumed.problems


@pytest.mark.slow
@pytest.mark.needs("iverilog", "yosys")
def test_kills_on_the_real_tools_lose_nothing_and_leave_no_process(tmp_path: Path) -> None:
    words = ["tasks=families:counter", "episodes=12", "workers=2", "agent.mistakes=0"]
    count = killed(3, 4, 5.0, *words, f"output={tmp_path / 'killed'}")
    assert count >= 1
    assert main(["collect", *words, f"output={tmp_path / 'whole'}"]) == 0
    whole, resumed = TrajectoryStore(tmp_path / "whole"), TrajectoryStore(tmp_path / "killed")
    assert len(resumed) == 12
    assert resumed.digest() == whole.digest()


def interrupted(running: subprocess.Popen[str]) -> tuple[str, int]:
    """Interrupt a collection, again where Python lost the first one (one raised in a finalizer is ignored).

    Returns what it wrote to standard error, and how many interrupts it took.
    """
    for number, patience in enumerate((20, 20, 40), start=1):
        running.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return running.communicate(timeout=patience)[1], number
    running.kill()
    return running.communicate()[1], 0


def test_an_interrupt_keeps_what_was_played(config_dir: Path, tmp_path: Path) -> None:
    # What a shell starts in the background inherits that interrupts are ignored.
    program = (
        "import signal, sys, fakes; signal.signal(signal.SIGINT, signal.default_int_handler); fakes.register_fakes(); "
        "from ecot.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    words = ["--config-dir", str(config_dir), "env=lists", "backend=fake", "backend.delay=0.01", "episodes=2000"]
    running = subprocess.Popen(
        [sys.executable, "-c", program, "collect", *words, "workers=2", f"output={tmp_path / 'store'}"],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not any((tmp_path / "store").glob("*.jsonl")):
        time.sleep(0.05)
    time.sleep(0.3)
    errors, presses = interrupted(running)
    assert running.returncode == 130, errors
    assert errors.rstrip().endswith("ecot: interrupted")
    # Python itself shows the trace of an interrupt that it lost.
    assert presses > 1 or "Traceback" not in errors
    store = TrajectoryStore(tmp_path / "store")
    assert len(list(store)) == len(store) > 0
    assert not any(shard.read_bytes()[-1:] != b"\n" for shard in (tmp_path / "store").glob("*.jsonl"))


def test_episodes_that_broke_on_our_side_are_told_and_played_again(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert collect("backend=failing") == 1
    out = capsys.readouterr().out
    assert "SandboxError: no room left" in out
    assert "plays the broken episodes again" in out
    assert any(item.error for item in TrajectoryStore(tmp_path / "store"))
    assert collect() == 0
    store = TrajectoryStore(tmp_path / "store")
    assert len(store) == 20
    assert not [item.error for item in store if item.error]


def test_an_episode_that_breaks_once_is_played_again_by_itself(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert collect("backend=failing", "++backend.fail_until=12") == 0
    assert "once more" in capsys.readouterr().err
    assert not [item.error for item in TrajectoryStore(tmp_path / "store") if item.error]


def test_a_lost_line_is_told_and_its_episode_played_again(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert collect() == 0
    digest = TrajectoryStore(tmp_path / "store").digest()
    (shard,) = (tmp_path / "store").glob("*.jsonl")
    lines = shard.read_bytes().splitlines(keepends=True)
    lines[3] = lines[3].replace(b"lists@1", b"lists@2", 1)
    shard.write_bytes(b"".join(lines))
    assert collect() == 0
    assert f"{shard}, line 4 is corrupt" in capsys.readouterr().err
    lines = shard.read_bytes().splitlines(keepends=True)
    shard.write_bytes(b"".join(lines[:3] + lines[4:]))
    assert TrajectoryStore(tmp_path / "store").digest() == digest


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["episods=3"], "unknown key 'episods'; did you mean 'episodes'?"),
        (["agent=scriptd"], "unknown agent 'scriptd'; did you mean 'scripted'?"),
        (["backend=rael"], "unknown backend 'rael'; did you mean 'real'?"),
        (["env=verlog"], "unknown env 'verlog'; did you mean 'verilog'?"),
        (["agent.slip=0.2"], "unknown key 'agent.slip'; did you mean 'agent.slips'?"),
        (["agent.slips=2"], "slips must lie in [0, 1], not 2"),
        (["+agent.colour=red"], "agent cannot be made"),
        (["agent=silly"], "agent names dict, which is no agent"),
        (["split=tran"], "unknown split 'tran'"),
        (["reward=gian"], "unknown reward 'gian'"),
        (["feedback=loud"], "unknown feedback 'loud'"),
        (["stages=[compil]"], "unknown stage 'compil' of Fake/Lists-v0"),
        (["tasks=nowhere"], "has no task source 'nowhere'"),
        (["env.id=ECoT/Verlog-v0"], "unknown environment 'ECoT/Verlog-v0'"),
        (["env.id=7"], "env.id must be the id of an environment"),
        (["episodes=many"], "episodes: expected int, got 'many'"),
        (["episodes=0"], "episodes must be at least 1, not 0"),
        (["workers=0"], "workers must be at least 1, not 0"),
        (["corrections=-1"], "corrections must be a whole number of at least 0, not -1"),
        (["episodes"], "cannot read 'episodes'; write key=value"),
        (["episodes=[1"], "cannot read 'episodes=[1'"),
        (["seed=1,2"], "names several values"),
        (["backend=remote"], "backend.address has no value; set it with backend.address=..."),
        (["output=/proc/nowhere"], "cannot write a trajectory store at /proc/nowhere"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_two(
    collect: Collect, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert collect(*words) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("ecot: ")
    assert sentence in complaint
    assert complaint.count("\n") == 1


def test_bad_input_makes_no_folder(collect: Collect, tmp_path: Path) -> None:
    assert collect("split=tran") == 2
    assert not (tmp_path / "store").exists()


def test_a_missing_tool_is_one_sentence_with_the_remedy_and_keeps_what_is_stored(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert collect() == 0
    digest = TrajectoryStore(tmp_path / "store").digest()
    assert collect("env=needy", "backend=unconfined") == 2
    assert "install with: apt-get install no-such-tool" in capsys.readouterr().err
    assert TrajectoryStore(tmp_path / "store").digest() == digest


def test_a_folder_that_is_no_configuration_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["collect", "--config-dir", "/no/such/folder"]) == 2
    assert "/no/such/folder is not a folder of configurations" in capsys.readouterr().err


def test_the_configuration_can_be_looked_at_without_playing(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert collect("--show-config", "seed=41") == 0
    assert '"seed": 41' in capsys.readouterr().out
    assert not (tmp_path / "store").exists()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.needs("iverilog", "yosys")
def test_every_label_that_verilog_documents_comes_out_of_the_real_tools(tmp_path: Path) -> None:
    main(["collect", "episodes=80", "agent.mistakes=1", f"output={tmp_path / 'store'}"])
    labels = {turn.outcome.label for item in TrajectoryStore(tmp_path / "store") for turn in item.turns if turn.outcome}
    words = ["episodes=3", "agent=oracle", "stages=[rules,compile]", f"output={tmp_path / 'partly'}"]
    assert main(["collect", *words]) == 0
    partly = {
        turn.outcome.label for item in TrajectoryStore(tmp_path / "partly") for turn in item.turns if turn.outcome
    }
    assert partly == {Label.UNVERIFIED}
    assert labels | partly == set(domain_of("ECoT/Verilog-v0").labels)


def test_a_chat_model_plays_and_the_table_says_what_it_took(
    collect: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving([answers("<think>hm</think>\n```lists\na = 1\n```")]) as heard:
        words = ["agent=chat", "agent.model=tiny", f"agent.base_url={heard.url}", "agent.prompt_price=1.0"]
        assert collect(*words, "episodes=4", "in_flight=4", "corrections=1") == 0
    assert "8 requests, 80 tokens read, 40 written, cost 0.0001" in capsys.readouterr().out
    with TrajectoryStore(tmp_path / "store") as store:
        assert {turn.usage.requests for item in store for turn in item.turns if turn.usage} == {1}


def test_an_adaptive_sampler_plays_useful_groups_and_goes_on(
    collect: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sampler=adaptive", "sampler.high=1.0", "samples=3", "corrections=0"]
    assert collect(*words, "episodes=4") == 0
    assert "4 useful groups of 4" in capsys.readouterr().out
    with TrajectoryStore(tmp_path / "store") as store:
        before = set(store.identities())
        assert len(before) % 3 == 0
    assert collect(*words, "episodes=6") == 0
    assert "6 useful groups of 6" in capsys.readouterr().out
    with TrajectoryStore(tmp_path / "store") as store:
        assert before < set(store.identities())
    assert collect(*words, "sampler.low=2.0") == 2
    assert "low 2.0" in capsys.readouterr().err
