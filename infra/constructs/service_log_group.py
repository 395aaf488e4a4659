"""A log group of this project's: kept for the configured time, and removed with its stack."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import RETENTION_DAYS


class ServiceLogGroup(logs.LogGroup):
    """CloudWatch encrypts it. `cdk destroy` removes it: logs tell of work, they are not its data."""

    def __init__(self, scope: Construct, construct_id: str, *, retention_days: int) -> None:
        super().__init__(
            scope,
            construct_id,
            retention=logs.RetentionDays[RETENTION_DAYS[retention_days]],
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
