"""KernelBench as a task source, read from a folder of its repository: problems made small enough for a CPU.

The benchmark times kernels on a GPU at sizes that no CPU interprets. What is judged here is whether a kernel is right
and compiles, on problems whose sizes were divided by a recorded rule (`workers/kernelbench.py`). That is not a score of
the benchmark, and no page of ours calls it one. A problem that the rule cannot make small, or that cheap answers pass,
raises `TaskError` when it is judged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from ecot.envs.errors import TaskError
from ecot.envs.family_files import render
from ecot.envs.gpu.family import PRECISIONS
from ecot.envs.gpu.source import ENTRY, ENV_ID, PACKAGE, SPECIFICATION
from ecot.envs.prompts import load
from ecot.envs.tasks import check_split
from ecot.envs.types import Audience, EnvironmentBundle, File, Limits, Task

__all__ = ["KernelBenchSource"]

LIMITS = Limits(cpu_seconds=20.0, memory_mib=4096, processes=32, scratch_mib=256, output_kib=512)
_FILE = re.compile(r"(\d+)_(\w+)\.py")
_PREFIX = "kernelbench"


class KernelBenchSource:
    """All problems of the levels in a folder, as the split `test`: nothing of a benchmark is trained on.

    Args:
        path: of the repository, or of its folder `KernelBench`.

    Raises:
        TaskError: there are no problems.
    """

    def __init__(self, path: str) -> None:
        if not path:
            raise TaskError("kernelbench needs the path of the benchmark's repository, as in 'kernelbench:/path'")
        top = Path(path)
        self._folder = top / "KernelBench" if (top / "KernelBench").is_dir() else top
        if not self._files:
            raise TaskError(f"{path!r} holds no 'level1/1_<name>.py'; give the folder of KernelBench's repository")

    @cached_property
    def _files(self) -> Mapping[str, Path]:
        found: dict[tuple[int, int, str], Path] = {}
        for folder in self._folder.glob("level*"):
            level = folder.name.removeprefix("level")
            for file in folder.glob("*.py"):
                match = _FILE.fullmatch(file.name)
                if level.isdigit() and match is not None:
                    found[int(level), int(match[1]), file.stem] = file
        return {f"{_PREFIX}/level{level}/{stem}": found[level, number, stem] for level, number, stem in sorted(found)}

    def __len__(self) -> int:
        return len(self._files)

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`."""
        check_split(split)
        return tuple(self._files) if split in (None, "test") else ()

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        try:
            file = self._files[task_id]
        except KeyError:
            example = next(iter(self._files))
            raise TaskError(f"{task_id!r} is no problem of this KernelBench; they look like {example!r}") from None
        text = file.read_text(encoding="utf-8")
        level = int(file.parent.name.removeprefix("level"))
        values = {
            "level": str(level),
            "title": file.stem.partition("_")[2].replace("_", " "),
            "specification": text.strip(),
            "entry": "ModelNew",
            "copies": ", copy inputs into another layout",
            "precision": PRECISIONS["ieee"],
        }
        texts = [render(load(PACKAGE, name), values) for name in ("kernelbench.md", "contract.md")]
        bundle = EnvironmentBundle(
            files=(File(SPECIFICATION, text, Audience.BOTH),),
            entry=ENTRY,
            params={"kernelbench": True, "entry": "ModelNew", "form": "model", "precision": "ieee", "copies": True},
            limits=LIMITS,
        )
        return Task(
            id=task_id,
            env_id=ENV_ID,
            instruction="\n".join(texts),
            bundle=bundle,
            level=min(level, 3),
            family=f"{_PREFIX}-level{level}",
            tags=("imported",),
        )
