"""Application Auto Scaling's errors, as AWS words them (observed, where a thing is not there)."""

from __future__ import annotations

from localcloud.application_autoscaling.scalable_target import TargetKey
from localcloud.errors import AwsError


class NotRegistered(AwsError):
    """There is no scalable target."""

    def __init__(self, key: TargetKey) -> None:
        super().__init__(
            "ObjectNotFoundException", f"No scalable target registered for {key.described()}"
        )


class PolicyNotFound(AwsError):
    """There is no scaling policy of this name."""

    def __init__(self, key: TargetKey, name: str) -> None:
        super().__init__(
            "ObjectNotFoundException",
            f"No scaling policy found for {key.described()}, policy name: {name}",
        )
