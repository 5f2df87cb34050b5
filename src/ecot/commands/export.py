"""`ecot export`: stored trajectories as datasets that trainers read, with a card."""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ecot.agents.contamination import Sieve, task_of
from ecot.agents.dataset_card import Card
from ecot.agents.exports import FORMATS, Episode, messages_rows
from ecot.envs.errors import ConfigError
from ecot.envs.store import TrajectoryStore

NAME = "export"
HELP = "write stored trajectories as datasets: SFT, preference pairs, prompts, world-model rows, with a card"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="folders of trajectory stores")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    parser.add_argument("--formats", default=",".join(FORMATS), metavar="A,B", help="default %(default)s")
    parser.add_argument("--license", default="apache-2.0", metavar="ID", help="for the card (default %(default)s)")
    parser.add_argument("--lint", type=Path, metavar="DIR", help="a tokenizer: say what its chat template would lose")
    parser.add_argument("--max-length", type=int, default=16384, metavar="N", help="tokens, for --lint")


def run(arguments: argparse.Namespace) -> int:
    """Write the files, print the counts; return 1 where the template would lose something."""
    formats = [name.strip() for name in arguments.formats.split(",") if name.strip()]
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown or not formats:
        raise ConfigError(f"unknown format {(unknown or [''])[0]!r}; use some of: {', '.join(FORMATS)}")
    output: Path = arguments.output
    if output.exists() and any(output.iterdir()):
        raise ConfigError(f"{output} is not empty; name a new folder")
    output.mkdir(parents=True, exist_ok=True)
    sieve, card = Sieve(), Card(license=arguments.license)
    chosen = list(_chosen(arguments.paths, sieve))
    if not chosen:
        raise ConfigError(f"no episode is left to export; left out: {dict(sieve.dropped)}")
    for item in chosen:
        card.add(item)
    for name in formats:
        card.rows[name] = _write(output / f"{name}.jsonl", name, chosen)
    notes, lost = _lint(arguments, chosen)
    notes += _parquet(output, formats)
    (output / "README.md").write_text(card.page(dropped=sieve.dropped, notes=notes), encoding="utf-8")
    _print(Console(), card, sieve, notes, output)
    return 1 if lost else 0


def _chosen(paths: Sequence[Path], sieve: Sieve) -> Iterator[Episode]:
    seen: set[str] = set()
    for path in paths:
        for trajectory in TrajectoryStore(path):
            item = Episode.of(trajectory, task_of(trajectory))
            if trajectory.identity not in seen and sieve.passes(item):
                seen.add(trajectory.identity)
                yield item


def _write(path: Path, name: str, chosen: Sequence[Episode]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in FORMATS[name](chosen):
            file.write(json.dumps(row, ensure_ascii=True) + "\n")
            count += 1
    return count


def _lint(arguments: argparse.Namespace, chosen: Sequence[Episode]) -> tuple[list[str], bool]:
    if arguments.lint is None:
        return [], False
    lint = import_module("ecot.agents.template_lint").lint_template
    conversations = (row["messages"] for row in messages_rows(chosen))
    sentences = lint(arguments.lint, conversations, max_length=arguments.max_length).sentences
    return [f"- {arguments.lint.name}: {item}" for item in sentences], any("WRONG" in item for item in sentences)


def _parquet(output: Path, formats: Sequence[str]) -> list[str]:
    if importlib.util.find_spec("datasets") is None:
        return ["JSON lines only: Parquet needs `pip install datasets`."]
    write = import_module("ecot.agents.parquet").write_parquet
    for name in formats:
        if (output / f"{name}.jsonl").stat().st_size:
            write(output / f"{name}.jsonl", output / f"{name}.parquet")
    shutil.rmtree(output / ".cache", ignore_errors=True)
    return []


def _print(console: Console, card: Card, sieve: Sieve, notes: Sequence[str], output: Path) -> None:
    table = Table("format", "rows", title="exported", title_justify="left")
    for name, count in card.rows.items():
        table.add_row(name, f"{count:,}")
    console.print(table)
    for reason, count in sieve.dropped.most_common():
        console.print(f"left out: {count:,} ({reason})", markup=False)
    for note in notes:
        console.print(note, markup=False)
    console.print(f"{output}/README.md says what is in it.", markup=False)
