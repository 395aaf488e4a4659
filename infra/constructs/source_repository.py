"""The model repository in CodeCommit, seeded once from `pipeline_code/`."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

SEED = Path(__file__).resolve().parents[2] / "pipeline_code"

# What the model repository itself ignores, and the hidden folders that tools leave.
NOT_SEEDED = [*(SEED / ".gitignore").read_text().splitlines(), "*.pyc", ".*", "!.gitignore"]


class SourceRepository(codecommit.Repository):
    """CloudFormation commits the seed when it makes the repository, and never again: a later change
    of `pipeline_code/` does not touch what the data scientists have pushed. Kept by `cdk destroy`."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str, branch: str) -> None:
        seed = s3_assets.Asset(
            scope,
            f"{construct_id}Seed",
            path=str(SEED),
            exclude=NOT_SEEDED,
            ignore_mode=cdk.IgnoreMode.GIT,
        )
        super().__init__(
            scope,
            construct_id,
            repository_name=name,
            description="The model repository: a push to it builds, trains and registers a model",
            code=codecommit.Code.from_asset(seed, branch),
        )
        self.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
