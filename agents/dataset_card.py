"""The card of a dataset: what is in it, where it came from, what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from ecot.agents.exports import Episode
from ecot.agents.replies import thinking_of, without_thinking
from ecot.agents.structure import reads_trees
from ecot.envs.domain import domain_of
from ecot.envs.provenance import package_version
from ecot.envs.types import Trajectory


@dataclass(slots=True)
class Card:
    """Counts over what was exported.

    Attributes:
        license: identifier for the whole.
        rows: by format.
        counts: by title, then by value.
        thinking: characters of thinking a turn.
        answers: characters behind it a turn.
    """

    license: str
    rows: dict[str, int] = field(default_factory=dict)
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    thinking: list[int] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    trees: dict[str, bool] = field(default_factory=dict)

    def add(self, item: Episode) -> None:
        """Count an episode."""
        trajectory = item.trajectory
        self.trees[trajectory.env_id] = reads_trees(domain_of(trajectory.env_id))
        kind = str(item.solved.kind) if item.solved else "not solved"
        source = str(item.solved.reasoning_source) if item.solved else "not solved"
        self._count("episodes by environment", trajectory.env_id)
        self._count("episodes by kind", kind)
        self._count("episodes by who wrote the reasoning", source)
        self._count("episodes by number of turns", str(len(trajectory.turns)))
        for tool, version in trajectory.provenance.toolchain.items():
            self._count("episodes by toolchain", f"{tool} {version}")
        self._add_turns(trajectory)

    def _add_turns(self, trajectory: Trajectory) -> None:
        for turn in trajectory.turns:
            if turn.outcome is not None:
                self._count("turns by label", str(turn.outcome.label))
            if thought := thinking_of(turn.action):
                self.thinking.append(len(thought))
            self.answers.append(len(without_thinking(turn.action)))

    def _count(self, title: str, value: str) -> None:
        self.counts.setdefault(title, Counter())[value] += 1

    def page(self, *, dropped: Mapping[str, int], notes: Sequence[str]) -> str:
        """Return the card as Markdown with the head that the Hugging Face hub reads."""
        head = ["---", f"license: {self.license}", "tags: [code, reasoning, ecot]", "configs:"]
        for name in self.rows:
            head += [f"- config_name: {name}", f"  data_files: {name}.jsonl"]
        lines = [
            *head,
            "---",
            "",
            "# ECoT trajectories",
            "",
            f"Written by `ecot export` of ecot-gym {package_version()}. Every outcome is that of a real execution of "
            "the toolchain named below. Reasoning marked `template` was written by a program that sees the solution: "
            "it exercises machinery and formats, and is no sample of how a model thinks. The `folded` form is made by "
            "template from what the episode holds.",
            "",
            *_table("rows", self.rows),
            *(line for title, counter in self.counts.items() for line in _table(title, counter)),
            *_table("episodes left out", dropped),
            "Lengths in characters (median): "
            f"thinking {median(self.thinking) if self.thinking else 0:.0f} over {len(self.thinking)} turns, "
            f"answers {median(self.answers) if self.answers else 0:.0f} over {len(self.answers)} turns.",
            "",
            "Episodes of equal structure were kept once; structures were read "
            + "; ".join(f"from {'syntax trees' if tree else 'tokens'} for {env}" for env, tree in self.trees.items())
            + ".",
            "",
            *notes,
        ]
        return "\n".join(lines) + "\n"


def _table(title: str, counts: Mapping[str, int]) -> list[str]:
    if not counts:
        return []
    rows = [f"| {name} | {count:,} |" for name, count in counts.items()]
    return [f"| {title} | |", "|---|---|", *rows, ""]
