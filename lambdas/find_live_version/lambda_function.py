"""Find the version that scores: a Lambda step of the batch-scoring pipeline.

The event is the step's inputs, plain values, and the answer's keys are its outputs
(https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html). Whatever is wrong is
raised, with one sentence, which is then the step's failure.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from slipway_shared.clients import client
from slipway_shared.model_package import parse_model_package
from slipway_shared.service_errors import says
from version_outputs import outputs

logger = logging.getLogger(__name__)


def lambda_handler(event: Mapping[str, Any], context: object) -> dict[str, str]:
    """The outputs of the latest approved version. Raises ValueError for an event that cannot be meant,
    LookupError when no version can score, and what SageMaker raises."""
    group = event.get("modelPackageGroupName")
    if not isinstance(group, str) or not group:
        raise ValueError(f"event: modelPackageGroupName must be a name, not {group!r}")
    passed_over = []
    for described in approved_versions(client("sagemaker"), group):
        # The list may lag behind; the description is what counts.
        obstacle = parse_model_package(described).obstacle
        if obstacle is None:
            found = outputs(described)
            logger.info("the live version of %s is %s", group, found["ModelPackageArn"])
            return found
        passed_over.append(f"{described['ModelPackageArn']}: {obstacle}")
    also = f" (passed over: {'; '.join(passed_over)})" if passed_over else ""
    raise LookupError(
        f"model package group {group} has no approved version to score with{also}; approve one in the"
        " Model Registry"
    )


def approved_versions(sagemaker: Any, group: str) -> Iterator[Mapping[str, Any]]:
    """The approved versions of the group, the one registered last first: ListModelPackages sorts the
    other way round unless it is told. None where there is no such group yet."""
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Approved",
        SortBy="CreationTime",
        SortOrder="Descending",
    )
    try:
        for page in pages:
            for summary in page["ModelPackageSummaryList"]:
                arn = summary["ModelPackageArn"]
                yield sagemaker.describe_model_package(ModelPackageName=arn)
    except sagemaker.exceptions.ClientError as error:
        if not says(error, "does not exist"):
            raise
