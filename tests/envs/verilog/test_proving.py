"""The extra stage `equivalence` proves, finds counterexamples, and never fails a candidate."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ecot.envs.types import Outcome, Task
from ecot.envs.verilog import DOMAIN

pytestmark = pytest.mark.needs("iverilog", "yosys", "pyslang")
Judged = Callable[..., Outcome]
CounterTask = Callable[..., Task]
PORTS = "input clk, input rst, input en, output [3:0] q, output tc"
ALL = (*DOMAIN.stages, "equivalence")
ONE_HOT = f"""module counter ({PORTS});
    reg [9:0] place;
    always @(posedge clk) if (rst) place <= 10'd1; else if (en) place <= {{place[8:0], place[9]}};
    assign q = place[1] ? 1 : place[2] ? 2 : place[3] ? 3 : place[4] ? 4 : place[5] ? 5 : place[6] ? 6 : place[7] ? 7
        : place[8] ? 8 : place[9] ? 9 : 0;
    assign tc = en & place[9];
endmodule"""
OTHER_BEFORE_RESET = f"""module counter ({PORTS});
    reg [3:0] state;
    always @(posedge clk) if (rst) state <= 0; else if (en) state <= (state == 9) ? 4'd0 : state + 1'b1;
    assign q = state; assign tc = en && state == 9;
endmodule"""


def test_the_stage_runs_only_where_it_is_asked_for(judged: Judged, counter_task: CounterTask) -> None:
    task = counter_task()
    assert [stage.name for stage in judged(task, OTHER_BEFORE_RESET).stages] == list(DOMAIN.stages)
    assert "equivalence" in DOMAIN.extra_stages


def test_the_same_machine_is_proved(judged: Judged, counter_task: CounterTask) -> None:
    outcome = judged(counter_task(), OTHER_BEFORE_RESET, stages=ALL)
    assert outcome.passed
    assert outcome.metrics["equivalence.proved"] == 1
    assert outcome.stages[-1].engine.startswith("yosys")


def test_another_encoding_is_shown_equal_at_least_for_some_cycles(judged: Judged, counter_task: CounterTask) -> None:
    outcome = judged(counter_task(), ONE_HOT, stages=ALL)
    assert outcome.passed, outcome.diagnostics
    found = outcome.metrics
    assert found.get("equivalence.proved") == 1 or found.get("equivalence.bounded_cycles", 0) >= 4


def test_a_difference_that_simulation_misses_is_a_finding_and_no_failure(
    judged: Judged, counter_task: CounterTask
) -> None:
    # Not simulated: what is looked at here is the proof alone.
    rare = OTHER_BEFORE_RESET.replace("en && state == 9", "en && (state == 9 || (state == 5 && rst))")
    outcome = judged(counter_task(), rare, stages=("rules", "synthesise", "equivalence"))
    assert outcome.stages[-1].passed
    assert outcome.metrics["equivalence.counterexample_cycle"] > 1
    finding = outcome.stages[-1].diagnostics[0]
    assert (finding.code, finding.symbol) == ("differs_from_reference", "tc")
    assert "rst=1" in finding.message
