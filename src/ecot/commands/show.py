"""`ecot show`: reads stored trajectories aloud in the terminal."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console, Group
from rich.padding import Padding
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from ecot.commands.summary import label_text
from ecot.envs.domain import Domain, domains
from ecot.envs.errors import ConfigError
from ecot.envs.feedback import render_diagnostic
from ecot.envs.parsing import FormatError, parse_reply
from ecot.envs.store import TrajectoryStore
from ecot.envs.types import Label, Outcome, Trajectory, Turn

NAME = "show"
HELP = "read stored trajectories aloud: reasoning, code, diffs between turns, verdicts"

_SHORT_TASK_LINES = 14
_SHORT_DIAGNOSTICS = 5
_THINKING = re.compile(r"<think>(.*?)(?:</think>|\Z)", re.S)
_CONTROLS: Mapping[int, str] = {
    code: chr(0x2400 + code) if code < 0x20 else "\N{REPLACEMENT CHARACTER}"
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    if chr(code) not in "\n\t"
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", type=Path, help="folder of a trajectory store")
    parser.add_argument("--id", default="", metavar="PREFIX", help="only trajectories whose identity starts with this")
    parser.add_argument("--label", metavar="LABEL", help="only trajectories with a turn of this label (or ERROR)")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="list at most N (default 20)")
    parser.add_argument(
        "--aloud", action="store_true", help="read every chosen trajectory aloud, not only a single one"
    )
    parser.add_argument("--full", action="store_true", help="leave nothing out: whole instruction, every diagnostic")
    parser.add_argument("--digest", action="store_true", help="print the digest of the whole store and nothing else")


def run(arguments: argparse.Namespace) -> int:
    """Show; return 2 where a line of the store is corrupt."""
    store = TrajectoryStore(arguments.path)
    if arguments.digest:
        sys.stdout.write(f"{store.digest()}\n")
        return 0
    console = Console()
    chosen = [identity for identity, _ in zip(_choose(store, arguments), range(max(1, arguments.limit)), strict=False)]
    if not chosen:
        raise ConfigError(
            f"{arguments.path} holds no such trajectory; leave out --id and --label to list what it holds"
        )
    if arguments.aloud or len(chosen) == 1:
        for identity in chosen:
            read_aloud(console, store[identity], full=arguments.full)
    else:
        _list(console, store, chosen)
    for problem in store.problems:
        sys.stderr.write(f"ecot: {problem}\n")
    return 2 if store.problems else 0


def _choose(store: TrajectoryStore, arguments: argparse.Namespace) -> Iterator[str]:
    known = {*Label, "ERROR"}
    wanted = arguments.label and arguments.label.upper()
    if wanted and wanted not in known:
        raise ConfigError(f"unknown label {arguments.label!r}; use one of: {', '.join(sorted(known))}")
    for identity in store.identities(arguments.id):
        if not wanted or wanted in _labels(store[identity]):
            yield identity


def _labels(trajectory: Trajectory) -> set[str]:
    labels = {str(turn.outcome.label) for turn in trajectory.turns if turn.outcome is not None}
    return labels | {"ERROR"} if trajectory.error else labels


def _list(console: Console, store: TrajectoryStore, identities: list[str]) -> None:
    table = Table("identity", "task", "return", "turns")
    for identity in identities:
        trajectory = store[identity]
        labels = [label_text(turn.outcome.label if turn.outcome else None) for turn in trajectory.turns]
        if trajectory.error:
            labels.append(label_text(None))
        table.add_row(
            identity[:12], Text(visible(trajectory.task_id)), f"{trajectory.total_reward:.2f}", Text(" > ").join(labels)
        )
    console.print(table)
    shown = f"{len(identities)} of {len(store)} trajectories" if len(identities) < len(store) else "all of them"
    console.print(f"{shown}; read one with: ecot show {store.path} --id {identities[0][:12]}", markup=False)


def visible(text: str) -> str:
    r"""Return `text` with control and direction characters made visible: a reply must not command the terminal.

    >>> visible("a\x1b[2Jb\n")
    'a\u241b[2Jb\n'
    """
    return text.translate(_CONTROLS).encode("utf-8", "replace").decode("utf-8")


def read_aloud(console: Console, trajectory: Trajectory, *, full: bool) -> None:
    """Print one trajectory: the task, then turn by turn the reasoning, the code or its diff, and the verdict."""
    domain = domains().get(trajectory.env_id)
    console.print(Rule(Text(visible(f"{trajectory.env_id}  {trajectory.task_id}"), style="bold")))
    console.print(_origin(trajectory))
    if trajectory.turns:
        console.print(_task(trajectory.turns[0].observation, full=full))
    previous = ""
    for number, turn in enumerate(trajectory.turns, start=1):
        console.print(Rule(f"turn {number} of {len(trajectory.turns)}", align="left", style="dim"))
        code = _code(turn, domain)
        for part in _reply(turn, code, previous, domain=domain):
            console.print(part)
        console.print(_verdict(turn, full=full))
        previous = code or previous
    console.print(_ending(trajectory))


def _origin(trajectory: Trajectory) -> Text:
    provenance = trajectory.provenance
    tools = ", ".join(f"{tool} {version}" for tool, version in provenance.toolchain.items())
    sees = " (sees the solution)" if provenance.privileged else ""
    words = [trajectory.identity, f"agent {provenance.agent}{sees}", tools, provenance.created]
    return Text(visible("  ".join(word for word in words if word)), style="dim")


def _task(observation: str, *, full: bool) -> Padding:
    lines = visible(observation).strip().split("\n")
    shown = lines if full else lines[:_SHORT_TASK_LINES]
    if len(shown) < len(lines):
        shown = [*shown, f"... {len(lines) - len(shown)} more lines (--full)"]
    return Padding(Text("\n".join(shown)), (1, 2))


def _code(turn: Turn, domain: Domain | None) -> str:
    """The candidate of a turn; empty where it has none, or where the environment is not known here."""
    if domain is None:
        return ""
    try:
        return parse_reply(turn.action, fences=domain.fences, entry="candidate").source
    except FormatError:
        return ""


def _reply(turn: Turn, code: str, previous: str, *, domain: Domain | None) -> Iterator[Text | Syntax | Padding]:
    thinking = _THINKING.search(turn.action)
    if thinking and thinking[1].strip():
        yield Padding(Text(visible(thinking[1].strip()), style="italic"), (0, 2))
    if not code:
        rest = _THINKING.sub("", turn.action).strip()
        yield Padding(Text(visible(rest) or "(no answer behind the reasoning)", style="red"), (0, 2))
    elif not previous:
        yield Syntax(visible(code), domain.language if domain else "text", line_numbers=True, word_wrap=True)
    else:
        yield diff(previous, code)


def diff(before: str, after: str) -> Text:
    """Return the unified diff of two sources, additions green and removals red."""
    text = Text()
    for line in list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm=""))[2:]:
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[0], "")
        text.append(visible(line) + "\n", style=style)
    return text or Text("(the code of the turn before, unchanged)\n", style="dim")


def _verdict(turn: Turn, *, full: bool) -> Group:
    if turn.outcome is None:
        return Group(label_text(None))
    stage = turn.outcome.failure.name if turn.outcome.failure else "all stages"
    head = Text.assemble(label_text(turn.outcome.label), f" at {stage}", f"   reward {turn.reward:+.2f}")
    return Group(head, *_details(turn.outcome, full=full), Text())


def _details(outcome: Outcome, *, full: bool) -> Iterator[Padding]:
    shown = outcome.diagnostics if full else outcome.diagnostics[:_SHORT_DIAGNOSTICS]
    lines = [visible(render_diagnostic(item)) for item in shown]
    if len(shown) < len(outcome.diagnostics):
        lines.append(f"... {len(outcome.diagnostics) - len(shown)} more diagnostics (--full)")
    if full and outcome.metrics:
        lines.append(", ".join(f"{key} {value}" for key, value in outcome.metrics.items()))
    for line in lines:
        yield Padding(Text(line), (0, 2))


def _ending(trajectory: Trajectory) -> Text:
    if trajectory.error:
        return Text(visible(f"broken on our side: {trajectory.error}"), style="magenta")
    ended = "solved" if trajectory.passed else "not solved"
    return Text(f"{ended} in {len(trajectory.turns)} turns, return {trajectory.total_reward:.2f}", style="bold")
