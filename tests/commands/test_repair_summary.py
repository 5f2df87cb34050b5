"""What a collection of repair episodes comes to: the share that is repaired, and how well faults were named."""

from __future__ import annotations

from ecot.commands.repair_summary import RepairSummary
from ecot.envs.types import Label, Outcome, Provenance, StageResult, Trajectory, Turn


def _trajectory(
    *labels: Label, env_id: str = "ECoT/VerilogRepair-v0", tasks: str = "families", f1: float | None = None
) -> Trajectory:
    named = {} if f1 is None else {"types_f1": f1, "types_exact": int(f1 == 1)}
    turns = tuple(
        Turn(
            observation="",
            action="",
            reward=0.0,
            outcome=Outcome(
                stages=(
                    StageResult(name="answer", passed=True, label=Label.PASS, metrics=named),
                    StageResult(name="simulate", passed=label is Label.PASS, label=label),
                )
            ),
        )
        for label in labels
    )
    return Trajectory(
        identity="",
        env_id=env_id,
        task_id="",
        task_digest="",
        group_id="",
        sample_index=0,
        turns=turns,
        terminated=labels[-1] is Label.PASS,
        truncated=False,
        seed=0,
        provenance=Provenance(config={"tasks": tasks}),
    )


def _rows(*trajectories: Trajectory) -> dict[str, str]:
    summary = RepairSummary()
    for trajectory in trajectories:
        summary.add(trajectory)
    return dict(summary.rows())


def test_fix_is_the_share_that_passed_after_at_most_so_many_corrections() -> None:
    wrong, right = Label.MISMATCH, Label.PASS
    rows = _rows(_trajectory(right), _trajectory(wrong, right), _trajectory(wrong, wrong, right), _trajectory(wrong))
    assert rows == {"Fix%": "after 0 corrections 25.0%, after 1 corrections 50.0%, after 2 corrections 75.0%"}


def test_other_environments_and_other_answers_are_no_repairs() -> None:
    assert _rows(_trajectory(Label.PASS, env_id="ECoT/Verilog-v0")) == {}
    assert _rows(_trajectory(Label.PASS, tasks="families~classify")) == {}


def test_named_types_are_averaged_over_the_replies_that_named_any() -> None:
    rows = _rows(_trajectory(Label.MISMATCH, Label.PASS, f1=0.5), _trajectory(Label.PASS, f1=1.0))
    assert rows["types of faults"] == "named in 3 replies: exactly 33.3%, mean F1 0.667"
