"""A log group of this project's: kept for the configured time, and removed with its stack."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import RETENTION_DAYS
from infra.constructs.project_stack import project_of


class ServiceLogGroup(logs.LogGroup):
    """Encrypted by CloudWatch, or by the project's key. `cdk destroy` removes it: logs tell of work,
    they are not its data."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        config = project_of(scope).config
        key = config.kms_key_arn
        super().__init__(
            scope,
            construct_id,
            retention=logs.RetentionDays[RETENTION_DAYS[config.log_retention_days]],
            removal_policy=cdk.RemovalPolicy.DESTROY,
            encryption_key=kms.Key.from_key_arn(scope, f"{construct_id}Key", key) if key else None,
        )
