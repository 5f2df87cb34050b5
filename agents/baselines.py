"""The two ends of every scale: an agent that knows the solution and an agent that offers none."""

from __future__ import annotations

from collections.abc import Sequence

from ecot.agents.agent import Agent, Reply, TaskView
from ecot.agents.replies import fenced_blocks
from ecot.envs.domain import domain_of
from ecot.envs.errors import TaskError
from ecot.envs.prompts import fill, load
from ecot.envs.types import Task


def fenced(code: str, tag: str) -> str:
    r"""Return `code` as a fenced block; its fence is longer than any run of backticks in the code.

    >>> fenced("module m; endmodule", "verilog")
    '```verilog\nmodule m; endmodule\n```'
    """
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{tag}\n{code.rstrip()}\n{fence}"


def solution_of(task: Task) -> str:
    """Return the text of the hidden solution.

    Raises:
        TaskError: the task has none, or one of several files.
    """
    if len(task.solution) != 1:
        raise TaskError(
            f"task {task.id!r} has a solution of {len(task.solution)} files; this agent needs one of one file"
        )
    return task.solution[0].text


class FixedAgent:
    """Gives one answer, whatever it is told."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._reply = Reply(text)

    def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
        """Answer."""
        return self._reply


class OracleAgent:
    """Privileged: answers the hidden solution. What it does not pass, nobody can."""

    name = "oracle"

    def begin(self, task: Task, *, seed: int) -> Agent:
        """Return the agent of one episode.

        Raises:
            TaskError: the task has no solution.
        """
        return FixedAgent(self.name, fenced(solution_of(task), domain_of(task.env_id).fences[0]))


class NoopAgent:
    """Restates the task and gives no code. What it earns, is earned by saying nothing."""

    name = "noop"

    def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
        """Answer."""
        return Reply(fill(load("ecot.agents", "refusal.md"), {"task": view.task_id}))


class CopyAgent:
    """Gives back the longest code of the task unchanged, or an empty file where it shows none: a trivial answer.

    What it earns, is earned by copying; a task of repair or of optimisation that it passes is broken.
    """

    name = "copy"

    def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
        """Answer."""
        domain = domain_of(view.env_id)
        shown = [text for tag, text in fenced_blocks(view.instruction) if tag in domain.fences]
        return Reply(fenced(max(shown, key=len, default="\n"), domain.fences[0]))
