"""No confinement at all: programs run as the caller, with limits on resources only.

For whoever accepts it knowingly (`sandbox="none"`), inside a container made for the purpose, say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecot.envs.sandbox.cell import SupervisedCell
from ecot.envs.sandbox.landlock import folder_plan


class Unconfined:
    """See `Sandbox`."""

    name = "none"

    def gaps(self) -> Sequence[str]:
        """See `Sandbox.gaps`."""
        return (
            "Nothing is confined: a candidate reads, writes, connects and kills whatever the present user can.",
            "Processes are found and ended one by one: one that forks faster than that is ended by the wall clock of "
            "whoever waits for the supervisor, if at all.",
        )

    def cell(self, *, preload: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> SupervisedCell:
        """See `Sandbox.cell`."""
        return SupervisedCell(lambda: folder_plan(self.name, preload, environment, (), None))
