"""A trajectory as tokens: one rule for rollouts and training, on three templates; nothing that failed is learned."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from ecot.agents.chat import Message
from ecot.envs.errors import ConfigError
from ecot.envs.types import Label, Outcome, Provenance, StageResult, Trajectory, Turn

pytestmark = [pytest.mark.needs("torch", "transformers", "trl"), pytest.mark.filterwarnings("default")]

WRONG = "<think>a guess</think>\n\n```v\nmodule wrong; endmodule\n```\n"
RIGHT = "<think>it lacked a port</think>\n\n```v\nmodule right; endmodule\n```\n"
BETTER = "<think>smaller</think>\n\n```v\nmodule better; endmodule\n```\n"


def turn(observation: str, action: str, label: Label, **more: Any) -> Turn:
    stage = StageResult(name="compile", passed=label is Label.PASS, label=label, engine="test")
    return Turn(observation=observation, action=action, outcome=Outcome(stages=(stage,)), reward=0.0, **more)


def episode(*turns: Turn, privileged: bool = False, error: str = "") -> Trajectory:
    return Trajectory(
        identity="0123456789abcdef",
        env_id="Test/Any-v0",
        task_id="t",
        task_digest="d",
        group_id="g",
        sample_index=0,
        turns=turns,
        terminated=True,
        truncated=False,
        seed=0,
        provenance=Provenance(privileged=privileged),
        error=error,
    )


REPAIRED = (turn("Do it.", WRONG, Label.COMPILATION_ERROR), turn("It lacks a port.", RIGHT, Label.PASS))
IMPROVED = (*REPAIRED, turn("Smaller, please.", BETTER, Label.PASS))


@pytest.fixture(scope="module")
def plain() -> Any:
    from ecot.trainers.models import train_tokenizer

    return train_tokenizer([item for each in IMPROVED for item in (each.observation, each.action)], vocabulary=400)


@pytest.fixture(params=["chatml", "qwen2_5", "qwen3"])
def tokenizer(request: pytest.FixtureRequest, plain: Any) -> Any:
    import copy

    ours = files("ecot.trainers").joinpath("chatml.jinja")
    theirs = files("trl").joinpath("chat_templates", f"{request.param}.jinja")
    chosen = copy.deepcopy(plain)
    chosen.chat_template = (ours if request.param == "chatml" else theirs).read_text(encoding="utf-8")
    return chosen


def learned_text(tokenizer: Any, sample: Any) -> str:
    ids = [token for token, flag in zip(sample.input_ids, sample.learned, strict=True) if flag]
    return str(tokenizer.decode(ids))


def samples(tokenizer: Any, *trajectories: Trajectory, **options: Any) -> list[Any]:
    from ecot.trainers.samples import ConversationEncoder, samples_of

    return list(samples_of(trajectories, ConversationEncoder(tokenizer), **{"max_length": 10_000, **options}))


def test_the_code_of_failed_turns_weighs_nothing(tokenizer: Any) -> None:
    for context in ("append", "strip_thinking"):
        for loss in ("passing", "corrections", "last"):
            (sample,) = samples(tokenizer, episode(*REPAIRED), loss=loss, context=context)
            assert learned_text(tokenizer, sample) == f"{RIGHT}<|im_end|>"
            whole = tokenizer.decode(sample.input_ids)
            assert "module wrong" in whole
            assert ("a guess" in whole) == (context == "append")
    (everything,) = samples(tokenizer, episode(*REPAIRED), loss="all")
    assert learned_text(tokenizer, everything) == f"{WRONG}<|im_end|>{RIGHT}<|im_end|>"


def test_each_loss_takes_its_turns(plain: Any) -> None:
    from ecot.trainers.samples import learned_turns

    direct = episode(turn("Do it.", RIGHT, Label.PASS))
    improved = episode(*IMPROVED)
    expected = {
        "passing": ((True,), (False, True, True)),
        "corrections": ((False,), (False, True, False)),
        "last": ((True,), (False, False, True)),
        "all": ((True,), (True, True, True)),
    }
    for loss, flags in expected.items():
        assert (learned_turns(direct, loss=loss), learned_turns(improved, loss=loss)) == flags  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="unknown loss 'best'; use one of: passing"):
        learned_turns(direct, loss="best")  # type: ignore[arg-type]


def test_what_a_template_wrote_as_thinking_is_left_out_unless_asked_for(tokenizer: Any) -> None:
    scripted = episode(*REPAIRED, privileged=True)
    (plain_answer,) = samples(tokenizer, scripted)
    assert learned_text(tokenizer, plain_answer) == RIGHT.partition("\n\n")[2] + "<|im_end|>"
    (asked,) = samples(tokenizer, scripted, reasoning="all")
    assert learned_text(tokenizer, asked) == f"{RIGHT}<|im_end|>"
    (nobodys,) = samples(tokenizer, episode(*REPAIRED), reasoning="none")
    assert "<think>" not in learned_text(tokenizer, nobodys)


def test_a_conversation_is_what_the_template_renders_wherever_it_keeps_what_was_said(tokenizer: Any) -> None:
    stripped = episode(*REPAIRED)
    (sample,) = samples(tokenizer, stripped, reasoning="none", loss="all")
    messages = [
        {"role": role, "content": text}
        for each in REPAIRED
        for role, text in (("user", each.observation), ("assistant", each.action.partition("</think>")[2].lstrip()))
    ]
    ours, theirs = tokenizer.decode(sample.input_ids), tokenizer.apply_chat_template(messages, tokenize=False)
    last = messages[-1]["content"]
    # Qwen3's template puts an empty thought before the last reply, which a model writes by itself.
    before = theirs.rpartition(last.strip())[0].replace("<think>\n\n</think>\n\n", "")
    assert ours.rpartition(last)[0].strip() == before.strip()


def test_ids_only_grow_as_an_episode_goes_on(tokenizer: Any) -> None:
    from ecot.trainers.samples import ConversationEncoder

    encoder = ConversationEncoder(tokenizer)
    (sample,) = samples(tokenizer, episode(*REPAIRED), loss="all")
    opening = encoder.opening([Message("user", "Do it.")])
    first = [*opening, *encoder.reply(WRONG)]
    second = [*first, *encoder.between("It lacks a port.", ended=True), *encoder.reply(RIGHT)]
    assert list(sample.input_ids) == second
    assert encoder.between("so", ended=False) == [encoder.end_id, *encoder.between("so", ended=True)]


def test_what_is_left_out_is_told(plain: Any) -> None:
    from ecot.trainers.samples import Tally

    tally = Tally()
    broken = episode(*REPAIRED, error="SandboxError: gone")
    failed = episode(REPAIRED[0])
    kept = samples(plain, broken, failed, episode(*REPAIRED), tally=tally)
    assert (len(kept), tally.taken, tally.broken, tally.nothing, tally.overlong) == (1, 1, 1, 1, 0)
    assert tally.tokens == len(kept[0].input_ids) == tally.longest
    assert samples(plain, episode(*REPAIRED), max_length=tally.longest - 1, tally=tally) == []
    assert tally.overlong == 1
    assert "1 samples over the limit" in tally.sentence


def test_a_rollout_keeps_the_ids_that_were_sampled() -> None:
    from ecot.trainers.rollout_row import rollout_row

    turns = (
        turn("q", "a", Label.MISMATCH, prompt_ids=(1, 2), completion_ids=(3, 4), logprobs=(-0.5, -0.25)),
        turn("f", "b", Label.PASS, prompt_ids=(1, 2, 3, 4, 9, 9), completion_ids=(5,), logprobs=(-1.0,)),
    )
    row = rollout_row(episode(*turns))
    assert (row.prompt_ids, row.completion_ids) == ([1, 2], [3, 4, 9, 9, 5])
    assert (row.sampled, row.logprobs) == ([1, 1, 0, 0, 1], [-0.5, -0.25, 0.0, 0.0, -1.0])
    rewritten = turn("f", "b", Label.PASS, prompt_ids=(1, 2, 7, 4), completion_ids=(5,), logprobs=(-1.0,))
    with pytest.raises(ConfigError, match="rewrites earlier turns"):
        rollout_row(episode(turns[0], rewritten))
    with pytest.raises(ConfigError, match="no token ids"):
        rollout_row(episode(*REPAIRED))


def test_templates_that_cannot_be_learned_from_are_refused(plain: Any) -> None:
    import copy

    from ecot.trainers.samples import ConversationEncoder

    for template, complaint in (
        (None, "has no chat template"),
        ("{% for m in messages %}{{ m['content'] }}\n{% endfor %}", "does not end a reply with a special token"),
        ("{{ messages[-1]['content'] }}<|im_end|>", "does not show what an earlier reply said"),
        (files("trl").joinpath("chat_templates", "qwen3_8.jinja").read_text(encoding="utf-8"), "opens the thinking"),
    ):
        tokenizer = copy.deepcopy(plain)
        tokenizer.chat_template = template
        with pytest.raises(ConfigError, match=complaint):
            ConversationEncoder(tokenizer)


def test_exported_rows_become_the_same_samples(tokenizer: Any, tmp_path: Path) -> None:
    import json

    from ecot.agents.exports import Episode, messages_rows, prompt_completion_rows
    from ecot.trainers.rows import read_rows, row_samples
    from ecot.trainers.samples import ConversationEncoder, Tally

    encoder = ConversationEncoder(tokenizer)
    item = Episode.of(episode(*REPAIRED), None)
    for rows, context in ((messages_rows([item]), "append"), (prompt_completion_rows([item]), "strip_thinking")):
        path = tmp_path / f"{context}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        (exported,) = row_samples(read_rows(path), encoder, max_length=10_000, tally=Tally())
        (direct,) = samples(tokenizer, item.trajectory, context=context)
        # The export lays out the thinking anew.
        bare, as_bare = ("".join(learned_text(tokenizer, it).split()) for it in (exported, direct))
        assert bare == as_bare
        whole, as_whole = ("".join(tokenizer.decode(it.input_ids).split()) for it in (exported, direct))
        assert whole == as_whole


def test_rows_that_cannot_be_learned_are_told(plain: Any, tmp_path: Path) -> None:
    from ecot.trainers.rows import conversation_of_row, read_rows

    path = tmp_path / "rows.jsonl"
    path.write_text('{"prompt": []}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="holds neither `messages` nor `prompt` and `completion`"):
        read_rows(path)
    with pytest.raises(ConfigError, match="holds no rows that can be read"):
        read_rows(tmp_path / "nowhere.jsonl")
    with pytest.raises(ConfigError, match="must go from user to assistant"):
        conversation_of_row({"messages": [{"role": "user", "content": "q"}]})
