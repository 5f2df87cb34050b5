"""CADPrompt (Kamel773/CAD_Code_Generation): 200 parts described in words, each with a reference script.

Layout: `CADPrompt/<id>/{Python_Code.py, Natural_Language_Descriptions_Prompt_with_specific_measurements.txt, ...}`, and
an STL file as ground truth beside it. What is handled here, and not taken over:

- Every reference ends by exporting over the file `Ground_Truth.stl`. Scripts run in a scratch folder of their own, and
  the truth is the geometry of the reference script, exact, not the file of facets.
- In eight folders script and STL file disagree (by more than 2 % in volume or 1 % in the bounding box, both measured on
  CadQuery 2.8): which of the two the description means is open, so these are refused as broken.
- The shorter descriptions lack dimensions and in places contradict the script; the measured ones are used.
- Parts are some units in size, so tolerances are shares of the part: `VOLUME_SHARE` and `LENGTH_SHARE`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ecot.envs.cad.source import ENTRY, ENV_ID, LIMITS
from ecot.envs.errors import TaskError
from ecot.envs.prompts import fill, load
from ecot.envs.tasks import check_split
from ecot.envs.types import EnvironmentBundle, File, Task

__all__ = ["LENGTH_SHARE", "VOLUME_SHARE", "CadPromptSource"]

VOLUME_SHARE = 0.01
"""Symmetric difference that is allowed, as a share of the part's volume: the sets state no smallest feature."""
LENGTH_SHARE = 0.005
"""By which a bounding box may be off, as a share of its diagonal."""
_PROMPT = "Natural_Language_Descriptions_Prompt_with_specific_measurements.txt"
_SCRIPT = "Python_Code.py"
_BROKEN = ("00001977", "00002221", "00003247", "00005358", "00009843", "00521895", "00522865", "00995686")
_REASON = "its script and its STL file are different parts"
_PACKAGE = "ecot.envs.cad.benchmarks"


class CadPromptSource:
    """The problems of a checkout of the set; all of them are `test`.

    Args:
        path: of the checkout, or of its folder `CADPrompt`.

    Raises:
        TaskError: there is no such set.
    """

    def __init__(self, path: str) -> None:
        folder = Path(path).expanduser()
        self._folder = folder / "CADPrompt" if (folder / "CADPrompt").is_dir() else folder
        found = sorted(item.parent.name for item in self._folder.glob(f"*/{_SCRIPT}"))
        if not path or not found:
            raise TaskError(
                f"{path!r} is no checkout of CADPrompt: it holds no */{_SCRIPT}; clone Kamel773/CAD_Code_Generation"
            )
        self._names = tuple(name for name in found if name not in _BROKEN)
        self.broken: Mapping[str, str] = {f"cadprompt/{name}": _REASON for name in found if name in _BROKEN}

    def __len__(self) -> int:
        return len(self._names)

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`."""
        check_split(split)
        return [f"cadprompt/{name}" for name in self._names] if split in (None, "test") else []

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        if task_id in self.broken:
            raise TaskError(f"{task_id!r} is broken: {self.broken[task_id]}; leave it out")
        set_name, _, name = task_id.partition("/")
        if set_name != "cadprompt" or name not in self._names:
            raise TaskError(f"{task_id!r} is no problem of this set; its ids look like 'cadprompt/{self._names[0]}'")
        return Task(
            id=task_id,
            env_id=ENV_ID,
            instruction=fill(load(_PACKAGE, "cadprompt.md"), {"description": self._text(name, _PROMPT).strip()}),
            bundle=EnvironmentBundle(
                entry=ENTRY,
                params={
                    "variable": "part",
                    "solids": 0,
                    "min_wall": 0.0,
                    "volume_tolerance": 0.0,
                    "length_tolerance": 0.0,
                    "volume_share": VOLUME_SHARE,
                    "length_share": LENGTH_SHARE,
                },
                limits=LIMITS,
            ),
            solution=(File(ENTRY, self._text(name, _SCRIPT)),),
            level=3,
            family="cadprompt",
            tags=("imported",),
        )

    def _text(self, name: str, file: str) -> str:
        try:
            return (self._folder / name / file).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise TaskError(f"cadprompt/{name} lacks {file!r} ({error.strerror}); take the whole set") from None
