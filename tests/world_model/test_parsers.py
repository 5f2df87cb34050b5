"""The cheap parsers find what the tools would refuse, and leave working code alone."""

from __future__ import annotations

import pytest
from conftest import need_tools_of

from ecot.envs.domain import domain_of
from ecot.envs.proof import provable
from ecot.envs.types import Task
from ecot.world_model.parsers import complaints
from ecot.world_model.reader import GuardedParsers, guarded_complaints

BROKEN = {
    "ECoT/Verilog-v0": (("endmodule", "endmodul"), "slang_"),
    "ECoT/Triton-v0": (("tl.load(", "tl.load(("), "python_SyntaxError"),
    "ECoT/CAD-v0": (("cq.Workplane(", "cq.Workplane(("), "rule_syntax_error"),
    "ECoT/Embedded-v0": (("GPIO", "GPO"), "undeclared_"),
    "ECoT/Assembly-v0": (("ret", "retxq"), "unknown_instruction"),
}


def first_tasks(env_id: str) -> list[Task]:
    need_tools_of(domain_of(env_id))
    source = provable(domain_of(env_id))
    families = sorted(source.families())[::5]
    return [of_family[of_family.ids(None)[0]] for of_family in (provable(domain_of(env_id), name) for name in families)]


@pytest.mark.parametrize("env_id", BROKEN)
def test_a_solution_gives_no_complaint_but_warnings(env_id: str) -> None:
    for task in first_tasks(env_id):
        found = complaints(task, task.solution[0].text)
        assert [item for item in found if not item.code.startswith("warned_")] == [], task.id


@pytest.mark.parametrize("env_id", BROKEN)
def test_a_gross_fault_is_complained_of(env_id: str) -> None:
    (old, new), code = BROKEN[env_id]
    sources = [(task, task.solution[0].text) for task in first_tasks(env_id) if old in task.solution[0].text]
    assert sources
    for task, source in sources:
        found = complaints(task, source.replace(old, new))
        assert any(item.code.startswith(code) for item in found), (task.id, found)


@pytest.mark.needs("pyslang")
def test_a_candidate_that_exhausts_the_parser_is_told_so_and_the_next_one_is_read() -> None:
    task = first_tasks("ECoT/Verilog-v0")[0]
    solution = task.solution[0].text
    before = guarded_complaints(task, solution)
    loop = "for (i = 0; i >= 0; i = i + 1) begin : g reg [65535:0] r; end"
    bomb = f"module m; genvar i; generate {loop} endgenerate endmodule"
    found = guarded_complaints(task, bomb)
    assert found
    assert guarded_complaints(task, solution) == before


def test_a_parser_that_dies_is_started_again(task: Task) -> None:
    parsers = GuardedParsers()
    assert parsers.complaints(task, "a = 1") == ()
    assert parsers._process is not None
    parsers._process.kill()
    parsers._process.wait()
    assert parsers.complaints(task, "(" * 200)[0].code == "too_deep"
    parsers.close()
