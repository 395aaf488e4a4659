"""What is happening to each variant of an endpoint, as DescribeEndpoint and its events tell it.

Statuses and messages:
https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html (endpoint
deployment state change). Assumed: the messages for linear and rolling steps, and for scaling in.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class VariantProgress:
    """How many instances a variant has now, and its status since a moment; none, if nothing happens.

    Of a new configuration's variant those instances count that have traffic, as in AWS's sample.
    """

    instances: int
    status: str | None = None
    message: str = ""
    since: datetime | None = None

    def statuses(self) -> dict[str, Any]:
        """The member VariantStatus, if there is one."""
        if self.status is None:
            return {}
        shape = {"Status": self.status, "StatusMessage": self.message, "StartTime": self.since}
        return {"VariantStatus": [shape]}


@dataclass
class Progress:
    """Of one update: the variants that serve, and those of the new configuration, if it has one."""

    started: datetime
    live: dict[str, VariantProgress] = field(default_factory=dict)
    pending: dict[str, VariantProgress] = field(default_factory=dict)


def launching(count: int) -> tuple[str, str]:
    """A new fleet's instances are being started."""
    return "Creating", f"Launching {count} instance(s)."


def activating(part: str, count: int) -> tuple[str, str]:
    """Traffic is turned on; `part` as in `canary capacity`."""
    return "ActivatingTraffic", f"Activating traffic on {part} of {count} instance(s)."


def baking(seconds: int, setting: str, part: str, count: int) -> tuple[str, str]:
    """The alarms are watched."""
    message = f"Baking for {seconds} seconds ({setting}) with traffic enabled on {part} of {count}"
    return "Baking", f"{message} instance(s)."


def terminating(count: int) -> tuple[str, str]:
    """Instances are being ended."""
    return "Deleting", f"Terminating {count} instance(s)."


def scaling(old: int, new: int) -> tuple[str, str]:
    """A variant gets another number of instances."""
    return "Updating", f"Scaling {'out' if new > old else 'in'} desired instance count to {new}."


def mark(
    variants: dict[str, VariantProgress],
    name: str,
    status: tuple[str, str] | None,
    now: datetime,
    instances: int | None = None,
) -> None:
    """Give a variant another status (None: nothing happens to it), and another count if it has one."""
    kept = variants.get(name, VariantProgress(0))
    count = kept.instances if instances is None else instances
    if status is None:
        variants[name] = VariantProgress(count)
    elif (kept.status, kept.message) == status:
        variants[name] = replace(kept, instances=count)
    else:
        variants[name] = VariantProgress(count, *status, now)
