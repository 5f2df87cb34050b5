"""Rows as Parquet, through the library that will read them again."""

from __future__ import annotations

from pathlib import Path

from datasets import Dataset


def write_parquet(jsonl: Path, path: Path) -> int:
    """Write the rows of a JSON-lines file as Parquet, and return how many there are."""
    rows = Dataset.from_json(str(jsonl), cache_dir=str(path.parent / ".cache"), keep_in_memory=True)
    rows.to_parquet(str(path))
    return len(rows)
