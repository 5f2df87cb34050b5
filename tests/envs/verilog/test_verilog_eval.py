"""The importer: what is read from disk, what is refused, and, where the real benchmark is at hand, that it holds."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import gymnasium
import pytest

from ecot.envs.errors import TaskError
from ecot.envs.sandbox.choose import choose
from ecot.envs.statistics import func_at_k, syn_at_k
from ecot.envs.types import Audience, Label
from ecot.envs.verilog.benchmarks import verilog_eval
from ecot.envs.verilog.benchmarks.proving import examine
from ecot.envs.verilog.benchmarks.scorer import OWN_PASS
from ecot.envs.verilog.benchmarks.verilog_eval import VerilogEvalSource

LIKE = Path(__file__).parents[2] / "data" / "eval_like"
VOTE = "verilog-eval/Prob001_vote"
REAL = os.environ.get("ECOT_VERILOG_EVAL", "")


@pytest.fixture
def source() -> VerilogEvalSource:
    return VerilogEvalSource(str(LIKE))


def test_the_repository_root_means_specification_to_rtl_and_a_data_folder_means_itself(
    source: VerilogEvalSource,
) -> None:
    assert list(source.ids()) == [VOTE, "verilog-eval/Prob002_tally", "verilog-eval/Prob003_gate"]
    assert VerilogEvalSource(str(LIKE / "dataset_spec-to-rtl")).ids() == source.ids()
    completion = VerilogEvalSource(str(LIKE / "dataset_code-complete-iccad2023"))
    assert list(completion.ids()) == [
        "verilog-eval-code-complete/Prob001_vote",
        "verilog-eval-code-complete/Prob099_crossed",
    ]


def test_all_tasks_are_test_tasks(source: VerilogEvalSource) -> None:
    assert source.ids("test") == source.ids(None)
    assert len(source) == len(source.ids())
    assert [len(source.ids(split)) for split in ("train", "validation", "test_families")] == [0, 0, 0]
    with pytest.raises(TaskError, match="unknown split 'tests'"):
        source.ids("tests")


def test_a_task_hides_the_reference_and_the_testbench_from_the_agent(source: VerilogEvalSource) -> None:
    task = source[VOTE]
    assert {file.audience for file in task.bundle.files} == {Audience.JUDGE}
    assert "votes[0] & votes[1]" not in task.instruction
    assert "TopModule" in task.instruction
    assert task.bundle.params["ports"][0]["width"] == 3
    assert task.level == 1
    assert "combinational" in task.tags


def test_the_solution_is_the_reference_under_the_name_asked_for(source: VerilogEvalSource) -> None:
    text = source[VOTE].solution[0].text
    assert "module TopModule (" in text
    assert "module RefModule" not in text
    assert text.startswith("// RefModule: the vote of three."), "comments stay as they are"


def test_a_module_header_is_part_of_the_instruction_exactly_once() -> None:
    task = VerilogEvalSource(str(LIKE / "dataset_code-complete-iccad2023"))["verilog-eval-code-complete/Prob001_vote"]
    assert task.instruction.count("module TopModule (") == 1


def test_a_broken_problem_is_named_with_its_reason_and_never_scored(source: VerilogEvalSource) -> None:
    broken = "verilog-eval/Prob099_crossed"
    assert set(source.broken) == {broken}
    assert broken not in source.ids()
    with pytest.raises(TaskError, match="known to be broken: the testbench connects ports"):
        source[broken]


def test_what_is_broken_depends_on_the_version_of_icarus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _copied(tmp_path, "Prob001_vote", "Prob151_vote")
    for version, broken in ((11, 1), (12, 0)):
        monkeypatch.setattr(verilog_eval, "icarus_version", lambda version=version: version)
        assert len(VerilogEvalSource(str(folder)).broken) == broken


def test_a_problem_whose_start_value_is_not_stated_is_tagged(tmp_path: Path) -> None:
    task = VerilogEvalSource(str(_copied(tmp_path, "Prob001_vote", "Prob053_vote")))["verilog-eval/Prob053_vote"]
    assert "unstated-start-value" in task.tags
    assert task.level == 2


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: "", "needs the path of the benchmark"),
        (lambda path: str(path / "nowhere"), "there is no folder"),
        (lambda path: str(path), "is not VerilogEval version 2"),
        (lambda path: str(_version_one(path)), "is VerilogEval version 1"),
        (lambda path: str(_misnamed(path)), "is not named like Prob031_dff_test.sv"),
    ],
)
def test_a_path_that_is_not_the_benchmark_is_refused_in_one_sentence(make, sentence: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TaskError, match=sentence) as caught:
        VerilogEvalSource(make(tmp_path))
    assert "\n" not in str(caught.value)


def test_a_missing_file_of_a_problem_is_named_when_the_problem_is_asked_for(tmp_path: Path) -> None:
    folder = _copied(tmp_path, "Prob001_vote", "Prob001_vote")
    (folder / "Prob001_vote_ref.sv").unlink()
    source = VerilogEvalSource(str(folder))
    assert len(source) == 1
    with pytest.raises(TaskError, match=r"Prob001_vote_ref\.sv.*incomplete"):
        source[VOTE]


def test_an_id_of_another_set_is_unknown(source: VerilogEvalSource) -> None:
    with pytest.raises(TaskError, match="unknown task 'verilog-eval-code-complete/Prob001_vote'"):
        source["verilog-eval-code-complete/Prob001_vote"]


@pytest.mark.needs("iverilog", "yosys", "pyslang", "vcdvcd")
def test_an_episode_is_played_on_an_imported_task(source: VerilogEvalSource) -> None:
    env = gymnasium.make("ECoT/Verilog-v0", tasks=f"verilog-eval:{LIKE}", split="test", disable_env_checker=True)
    try:
        _, info = env.reset(seed=3)
        solution = source[info["task_id"]].solution[0].text
        wrong, _, terminated, _, _ = env.step("```verilog\nmodule TopModule; endmodule\n```")
        assert "COMPILATION_ERROR" in wrong
        assert not terminated
        _, reward, terminated, _, info = env.step(f"```verilog\n{solution}```")
        assert terminated
        assert reward == 1.0
    finally:
        env.close()


@pytest.mark.needs("iverilog", "yosys", "pyslang", "vcdvcd")
def test_syn_at_k_counts_what_elaborates_and_func_at_k_what_passes(source: VerilogEvalSource, judged) -> None:  # type: ignore[no-untyped-def]
    task = source[VOTE]
    right = task.solution[0].text
    samples = [right, right.replace("votes[0] & votes[1]", "votes[0]"), right.replace("assign", "assign assign"), right]
    outcomes = {task.id: [judged(task, sample) for sample in samples]}
    assert [outcome.label for outcome in outcomes[task.id]] == [
        Label.PASS,
        Label.MISMATCH,
        Label.COMPILATION_ERROR,
        Label.PASS,
    ]
    assert syn_at_k(outcomes, 1) == pytest.approx(3 / 4)
    assert func_at_k(outcomes, 1) == pytest.approx(1 / 2)
    assert func_at_k(outcomes, 2) == pytest.approx(1 - 1 / 6), "two of four, drawn without replacement"


@pytest.mark.needs("iverilog", "yosys", "pyslang", "vcdvcd")
def test_references_pass_and_cheats_that_fool_the_own_scorer_do_not(source: VerilogEvalSource) -> None:
    _check(source, 1)


@pytest.mark.skipif(not REAL, reason="ECOT_VERILOG_EVAL names no copy of VerilogEval")
@pytest.mark.needs("iverilog", "yosys", "pyslang", "vcdvcd")
@pytest.mark.slow
@pytest.mark.parametrize("folder", ["dataset_spec-to-rtl", "dataset_code-complete-iccad2023"])
def test_the_real_benchmark_holds_on_a_sample(folder: str) -> None:
    source = VerilogEvalSource(str(Path(REAL, folder)))
    assert len(source) + len(source.broken) == 156
    _check(source, 13)


def _check(source: VerilogEvalSource, stride: int) -> None:
    """Every `stride`-th problem: the reference passes by both judges, cheats by the benchmark's own alone."""
    found = examine(source, source.ids()[::stride], sandbox=choose(), workers=2)
    assert found
    for item in found:
        assert item.reference.label is Label.PASS, item.task_id
        assert item.reference.own == OWN_PASS, item.task_id
        assert item.replayable, item.task_id
        assert item.netlist_agrees or item.passes_apart, item.task_id
        assert not [name for name, hack in item.hacks.items() if not hack.holds or hack.label is Label.PASS]
        fooled = {name for name, hack in item.hacks.items() if hack.own == OWN_PASS}
        assert fooled >= {"finishes_at_once", "forges_result", "reads_testbench", "reads_reference"}, item.task_id
        assert "undriven" not in fooled


def _copied(folder: Path, name: str, new: str) -> Path:
    """A data folder that holds one problem under another name."""
    target = folder / "copied"
    target.mkdir()
    for suffix in ("prompt.txt", "ref.sv", "test.sv"):
        shutil.copy(LIKE / "dataset_spec-to-rtl" / f"{name}_{suffix}", target / f"{new}_{suffix}")
    return target


def _version_one(folder: Path) -> Path:
    (folder / "data").mkdir()
    (folder / "data" / "VerilogEval_Human.jsonl").write_text("{}\n")
    return folder


def _misnamed(folder: Path) -> Path:
    (folder / "problem_test.sv").write_text("")
    return folder
