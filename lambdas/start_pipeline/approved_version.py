"""The version whose baselines the checks of an execution compare with.

SageMaker's own check steps take that of the latest approved version of the group
(https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quality-clarify-baseline-lifecycle.html); so does
the open check engine. Latest by creation: the registry keeps no time of approval.
"""

from __future__ import annotations

from typing import Any

from check_flags import Approved
from slipway_shared.service_errors import says


def latest_approved(sagemaker: Any, group: str) -> Approved | None:
    """The latest approved version; None when there is none, or no such group yet. Raises what
    SageMaker raises."""
    # ListModelPackages sorts ascending unless it is told otherwise.
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Approved",
        SortBy="CreationTime",
        SortOrder="Descending",
    )
    try:
        arn = next(
            (each["ModelPackageArn"] for page in pages for each in page["ModelPackageSummaryList"]),
            None,
        )
    except sagemaker.exceptions.ClientError as error:
        # The group is made by whoever registers first, if not by the stack.
        if says(error, "does not exist"):
            return None
        raise
    if arn is None:
        return None
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    version = described.get("ModelPackageVersion") or arn.rpartition("/")[2]
    # What was never changed was approved as it was made.
    modified = described.get("LastModifiedTime") or described["CreationTime"]
    return Approved(str(version), described.get("DriftCheckBaselines") or {}, modified)
