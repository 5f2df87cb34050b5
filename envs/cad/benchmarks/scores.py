"""What papers report of a set of CAD problems, over *all* problems: nothing is left out because it failed.

Published evaluations average IoU over the scripts that ran, or divide the scale out; a model then gains by failing on
what is hard. Here a script without a valid part counts as IoU 0, and has no distance, which is said by its share.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from ecot.envs.types import Outcome

__all__ = ["summary"]


def summary(outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    """Return rates and means over outcomes, one a problem.

    Args:
        outcomes: with the extra stage `measures` for the distance and the voxels.

    Returns:
        `compile_rate` (the script built something), `invalidity_ratio` (no valid part came of it), `pass_rate`,
        `mean_iou` and `mean_voxel_iou_64` (0 where there is no valid part), `median_chamfer_mm` (infinite where half of
        the problems have none).

    Raises:
        ValueError: there is no outcome.
    """
    if not outcomes:
        raise ValueError("a summary needs at least one outcome")
    count = len(outcomes)
    metrics = [outcome.metrics for outcome in outcomes]
    passed = [{stage.name for stage in outcome.stages if stage.passed} for outcome in outcomes]
    return {
        "problems": float(count),
        "compile_rate": sum("build" in names for names in passed) / count,
        "invalidity_ratio": sum("validate" not in names for names in passed) / count,
        "pass_rate": sum(outcome.passed for outcome in outcomes) / count,
        "mean_iou": statistics.fmean(float(item.get("compare.iou", 0.0)) for item in metrics),
        "mean_voxel_iou_64": statistics.fmean(float(item.get("compare.voxel_iou_64", 0.0)) for item in metrics),
        "median_chamfer_mm": statistics.median(float(item.get("compare.chamfer_mm", math.inf)) for item in metrics),
    }
