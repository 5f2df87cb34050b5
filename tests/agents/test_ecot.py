"""Training text from trajectories: cleaned, folded, exported, and kept apart from what is evaluated on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import FAKE_ID, FakeBackend, SayingAgent, fakes_registered

from ecot.__main__ import main
from ecot.agents.contamination import Sieve, task_of
from ecot.agents.ecot import Kind, clean_thinking, folded, solved
from ecot.agents.exports import FORMATS, Episode
from ecot.agents.replies import code_of, thinking_of, without_thinking
from ecot.agents.rollout import EpisodePlan, play_episode
from ecot.agents.structure import reads_trees, structure_of
from ecot.envs.domain import domain_of
from ecot.envs.env import CodeEnv, open_tasks
from ecot.envs.store import TrajectoryStore
from ecot.envs.tasks import split_of
from ecot.envs.types import Trajectory

TRAIN, TEST = (
    next(number for number in range(1000) if split_of(f"lists@1/{number:06}") == split) for split in ("train", "test")
)


@pytest.fixture(autouse=True)
def _fakes() -> Iterator[None]:
    with fakes_registered():
        yield


def reply(code: str, thinking: str) -> str:
    return f"<think>\n{thinking}\n</think>\n\nHere:\n\n```lists\n{code}```\n"


def right(number: int = TRAIN) -> str:
    return open_tasks(domain_of(FAKE_ID), None)[f"lists@1/{number:06}"].solution[0].text


def play(*texts: str, number: int = TRAIN, seed: int = 5, sample_index: int = 0) -> Trajectory:
    env = CodeEnv(FAKE_ID, backend=FakeBackend(), corrections=3)
    plan = EpisodePlan(task_id=f"lists@1/{number:06}", seed=seed, sample_index=sample_index)
    return play_episode(env, SayingAgent(*texts), plan=plan)


def repaired() -> Trajectory:
    wrong = right().replace("a = ", "a = 1", 1)
    return play(
        reply(wrong, "Okay, so I multiply each letter."),
        "I have no code for that.",
        reply(right(), "Hmm, wait. The first one is off, so I write what the place asks for."),
    )


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Okay, so the counter wraps.", "The counter wraps."),
        ("Hmm.\n\nLet me think. It holds.", "It holds."),
        ("So be it, the word stays.", "So be it, the word stays."),
        ("It sits in /tmp/x1/work/a.v at 0x7f001234abcd.", "It sits in a.v at an address."),
        (
            'See:\nTraceback (most recent call last):\n  File "/tmp/a.py", line 3, in f\nThat is all.',
            "See:\nThat is all.",
        ),
        ("The width is wrong here. The width is wrong here. Right.", "The width is wrong here."),
        ("```\nokay, so\nokay, so\n```", "```\nokay, so\nokay, so\n```"),
        ("1. First\n2. Second", "1. First\n2. Second"),
    ],
)
def test_filler_and_noise_go_and_the_rest_stays(said: str, kept: str) -> None:
    assert clean_thinking(said) == kept
    assert clean_thinking(kept) == kept


def test_an_episode_folds_into_one_thought_that_ends_in_the_answer_that_passed() -> None:
    item = solved(repaired(), None)
    assert item is not None
    assert item.kind is Kind.REPAIR
    text = folded(item)
    thinking = thinking_of(text)
    order = ["I multiply each letter", "First draft", "MISMATCH", "not written down", "FORMAT_ERROR", "This one holds"]
    places = [thinking.index(words) for words in order]
    assert places == sorted(places)
    assert "Okay" not in thinking
    assert text.count("</think>") == 1
    assert code_of(text, FAKE_ID) == right()
    assert text.endswith(without_thinking(repaired().turns[-1].action).strip())


def test_a_first_answer_that_passes_is_direct_and_folds_into_itself() -> None:
    item = solved(play(reply(right(), "It is plain.")), None)
    assert item is not None
    assert item.kind is Kind.DIRECT
    assert folded(item) == reply(right(), "It is plain.").strip()
    assert solved(play("no", "no", "no", "no"), None) is None


def episode(trajectory: Trajectory) -> Episode:
    return Episode.of(trajectory, task_of(trajectory))


def test_every_format_has_the_shape_that_its_reader_wants() -> None:
    wrong = right().replace("a = ", "a = 1", 1)
    group = [
        play(reply(right(), "good"), sample_index=1),
        play(*[reply(wrong, "bad")] * 4, sample_index=2),
        repaired(),
    ]
    rows = {name: list(form([episode(item) for item in group])) for name, form in FORMATS.items()}
    assert {name: len(found) for name, found in rows.items()} == {
        "messages": 2,
        "prompt_completion": 2,
        "folded": 2,
        "dpo": 3,
        "kto": 3,
        "grpo": 1,
        "world_model": 7,
    }
    last = rows["messages"][1]["messages"]
    assert [item["role"] for item in last] == ["system", *["user", "assistant"] * 3]
    assert "<think>" in last[2]["content"]
    split = rows["prompt_completion"][1]
    assert "<think>" not in "".join(item["content"] for item in split["prompt"][1:])
    assert split["completion"][0]["content"].startswith("<think>")
    pairs = {row["pair"]: row for row in rows["dpo"]}
    assert "good" in pairs["group"]["chosen"][0]["content"]
    assert "bad" in pairs["group"]["rejected"][0]["content"]
    assert "<think>" not in pairs["turn"]["chosen"][0]["content"] + pairs["turn"]["rejected"][0]["content"]
    assert [row["label"] for row in rows["kto"]] == [True, False, False]
    assert {row["label"] for row in rows["world_model"]} == {"PASS", "MISMATCH"}
    assert all(row["outcome"] == "PASS" for name in ("messages", "folded") for row in rows[name])
    for found in rows.values():
        json.dumps(found)
        assert len({tuple(sorted(row)) for row in found}) == 1


def test_names_and_layout_do_not_make_another_structure() -> None:
    domain = domain_of("ECoT/Verilog-v0")
    if not reads_trees(domain):
        pytest.skip("needs the grammar")
    one = "module m(input a, output b); assign b = ~a; endmodule"
    assert structure_of(one, domain) == structure_of(
        "// x\nmodule n (input c,\n output d);\nassign d = ~c;\nendmodule", domain
    )
    assert structure_of(one, domain) != structure_of(one.replace("~", "!"), domain)
    assert structure_of(one, domain) != structure_of(one.replace("= ~a", "= ~b"), domain)
    lists = domain_of(FAKE_ID)
    assert structure_of("a = 1\n", lists) == structure_of("b  = 1", lists) != structure_of("a = 2", lists)


def test_the_sieve_keeps_evaluation_tasks_and_twins_out() -> None:
    sieve = Sieve()
    chosen = [repaired(), repaired(), play(reply(right(TEST), "x"), number=TEST)]
    assert [sieve.passes(episode(item)) for item in chosen] == [True, False, False]
    assert sieve.dropped == {"same structures as another episode": 1, "task of split test": 1}


def store_of(path: Path, *trajectories: Trajectory) -> Path:
    with TrajectoryStore(path, write=True) as store:
        for item in trajectories:
            store.append(item)
    return path


def test_the_command_writes_rows_that_datasets_reads_and_a_card(tmp_path: Path) -> None:
    path = store_of(tmp_path / "store", repaired(), play(reply(right(TEST), "x"), number=TEST, seed=6))
    output = tmp_path / "out"
    assert main(["export", str(path), "--output", str(output), "--formats", "messages,folded"]) == 0
    (row,) = (json.loads(line) for line in (output / "folded.jsonl").read_text().splitlines())
    assert row["reasoning_source"] == "model"
    assert row["folded_by"] == "template"
    card = (output / "README.md").read_text()
    for words in ("license: apache-2.0", "| folded | 1 |", "| task of split test | 1 |", "| MISMATCH | 1 |"):
        assert words in card
    assert main(["export", str(path), "--output", str(output)]) == 2
    assert main(["export", str(path), "--output", str(tmp_path / "o"), "--formats", "poems"]) == 2


@pytest.mark.needs("datasets")
@pytest.mark.filterwarnings("default")
def test_parquet_holds_the_same_rows(tmp_path: Path) -> None:
    path = store_of(tmp_path / "store", repaired())
    assert main(["export", str(path), "--output", str(tmp_path / "out"), "--formats", "messages"]) == 0
    from datasets import Dataset

    row = Dataset.from_parquet(str(tmp_path / "out" / "messages.parquet"), cache_dir=str(tmp_path / "cache"))[0]
    assert row == json.loads((tmp_path / "out" / "messages.jsonl").read_text())


KEEPS = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
MASKS = (
    "{% for m in messages %}<|{{ m.role }}|>{% if m.role == 'assistant' %}{% generation %}{{ m.content }}<|end|>"
    "{% endgeneration %}{% else %}{{ m.content }}<|end|>{% endif %}{% endfor %}"
)
STRIPS = (
    "{% for m in messages %}<|{{ m.role }}|>{% if m.role == 'assistant' and not loop.last %}"
    "{{ m.content.split('</think>')[-1] }}{% else %}{{ m.content }}{% endif %}<|end|>{% endfor %}"
)


@pytest.mark.needs("transformers")
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    ("template", "kept", "prefix_kept", "has_mask"), [(KEEPS, 3, 2, False), (MASKS, 3, 2, True), (STRIPS, 1, 0, False)]
)
def test_the_linter_says_what_a_template_loses(
    tmp_path: Path, template: str, kept: int, prefix_kept: int, has_mask: bool
) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    from ecot.agents.template_lint import lint_template

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={char: index for index, char in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>")
    fast.chat_template = template
    fast.save_pretrained(tmp_path / "tiny")
    chat: list[dict[str, Any]] = [{"role": "system", "content": "be brief"}]
    for number in range(3):
        chat += [
            {"role": "user", "content": "?"},
            {"role": "assistant", "content": reply("a = 1\n", f"because {number}")},
        ]
    report = lint_template(tmp_path / "tiny", [chat], max_length=50)
    assert (report.turns, report.kept, report.kept_last) == (3, kept, 1)
    assert (report.prefixes, report.prefix_kept) == (2, prefix_kept)
    assert (report.has_mask, report.empty_masks, report.truncated) == (has_mask, 0, 1)
    assert sum("WRONG" in item for item in report.sentences) == (3 if kept == 1 else 1)
