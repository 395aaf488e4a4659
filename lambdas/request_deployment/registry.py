"""What the Model Registry says of the group now.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModelPackages.html
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from approvals import Approval, Ledger, still_known
from live_version import Former, approved_versions, waiting_versions
from slipway_shared.model_package import ModelPackage, describe_model_package
from slipway_shared.service_errors import says

logger = logging.getLogger(__name__)


def read_approvals(
    sagemaker: Any, group_name: str, ledger: Ledger, rejection: tuple[int, str] | None
) -> dict[int, Approval]:
    """Every version that is approved and complete now, with its approval: as written down, or, for one
    that is new among them, as its last modification says."""
    # The order is stated, though the choice is not by it: the default is ascending.
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group_name,
        ModelApprovalStatus="Approved",
        SortBy="CreationTime",
        SortOrder="Descending",
    )
    summaries = [summary for page in pages for summary in page["ModelPackageSummaryList"]]
    waiting = waiting_versions(summaries)
    if waiting:
        logger.warning("approved but not complete, so not deployed: versions %s", waiting)
    arns = {int(each["ModelPackageVersion"]): each["ModelPackageArn"] for each in summaries}
    listed = approved_versions(summaries)
    known = still_known(ledger, listed, rejection)
    return known | _described(sagemaker, [arns[each] for each in listed if each not in known])


def _described(sagemaker: Any, arns: Iterable[str]) -> dict[int, Approval]:
    found = {}
    for arn in arns:
        package = describe_model_package(sagemaker, arn)
        # The list may lag behind; the description is what counts.
        if package.obstacle is not None:
            logger.warning("version %s is not deployed: %s", package.version, package.obstacle)
            continue
        found[package.version] = Approval(
            package.version, package.arn, package.last_modified_at or "", package.last_modified_by
        )
    return found


def read_version(sagemaker: Any, arn: str) -> ModelPackage | None:
    """The version with this ARN; None when the registry does not have it (any more)."""
    try:
        return describe_model_package(sagemaker, arn)
    except sagemaker.exceptions.ClientError as error:
        if says(error, "does not exist"):
            return None
        raise


def as_former(package: ModelPackage | None) -> Former:
    """What matters of the version that the manifest names."""
    if package is None:
        return Former(False, False, None, None)
    approved = package.obstacle is None
    return Former(True, approved, package.last_modified_by, package.approval_description)
