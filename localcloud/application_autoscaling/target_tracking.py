"""How many instances a variant should have, so that each has about as many invocations as wanted.

https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html:
it scales out "proportional to the metric value as fast as it can", and in only when the fewer instances
would still be below the target. Cooldowns are as on the page of TargetTrackingScalingPolicyConfiguration:
after scaling out, only a larger scale-out happens, for which what was added counts; after scaling in,
nothing but a scale-out. Assumed: the exact formulas (AWS gives none), and the numbers of the alarms, which
were observed in published ones: above the target in three minutes of three, below nine tenths of it in
fifteen of fifteen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

HIGH_PERIODS, LOW_PERIODS = 3, 15
LOW_SHARE = 0.9
OUT, IN = "Out", "In"


@dataclass(frozen=True)
class LastChange:
    """The change of capacity whose cooldown may still last."""

    direction: str
    before: int
    """How many instances there were."""
    ended: float
    """On a clock that counts seconds."""


def wanted(
    direction: str,
    instances: int,
    recent: Sequence[float],
    target: float,
    *,
    minimum: int,
    maximum: int,
    last: LastChange | None,
    is_cooling: bool,
) -> int:
    """The number of instances to have; the present one if nothing should happen.

    `recent` are the metric's values of the last minutes, oldest first; `is_cooling` is whether the
    cooldown of `last` is not over.
    """
    if not recent:
        return instances
    if direction == OUT:
        base = instances
        if is_cooling and last is not None and last.direction == OUT:
            base = min(instances, last.before)
        return max(instances, min(maximum, _enough(base * recent[-1], target)))
    if is_cooling:
        return instances
    # The busiest minute decides.
    return min(instances, max(minimum, _enough(instances * max(recent), target)))


def _enough(invocations: float, target: float) -> int:
    return max(1, math.ceil(invocations / target - 1e-9))
