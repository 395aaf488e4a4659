"""What the stack configured the function with: its environment variables."""

from __future__ import annotations

import os
from dataclasses import dataclass

from slipway_shared.s3_locations import S3Location

LEDGER_KEY = "approvals.json"


@dataclass(frozen=True)
class Environment:
    """What the stack configured."""

    group_name: str
    bucket: str
    manifest_key: str
    stages: tuple[str, ...]
    stage_parameter_prefix: str
    pin_parameter: str
    topic_arn: str
    rollback_waits: bool

    @classmethod
    def read(cls) -> Environment:
        """From the function's environment variables."""
        return cls(
            group_name=os.environ["MODEL_PACKAGE_GROUP_NAME"],
            bucket=os.environ["MANIFEST_BUCKET_NAME"],
            manifest_key=os.environ["MANIFEST_KEY"],
            stages=tuple(os.environ["STAGES"].split(",")),
            stage_parameter_prefix=os.environ["STAGE_PARAMETER_PREFIX"],
            pin_parameter=os.environ["PIN_PARAMETER"],
            topic_arn=os.environ["TOPIC_ARN"],
            rollback_waits=os.environ["ROLLBACK_WAITS_FOR_APPROVAL"] == "true",
        )

    @property
    def manifest(self) -> S3Location:
        return S3Location(self.bucket, self.manifest_key)

    @property
    def ledger(self) -> S3Location:
        return S3Location(self.bucket, LEDGER_KEY)
