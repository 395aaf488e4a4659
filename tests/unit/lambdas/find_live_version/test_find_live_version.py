"""Which version scores, and what the pipeline gets to know of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Stub
from tests.unit.lambdas.job_events import REGISTRY, described_package

ASSET = asset("find_live_version")
handle = ASSET.module("lambda_function").lambda_handler
GROUP = "AbalonePackageGroup"
EVENT = {"modelPackageGroupName": GROUP}


def files(name: str) -> dict[str, Any]:
    return {
        file: {"ContentType": "application/json", "S3Uri": f"s3://b/{name}/{file.lower()}.json"}
        for file in ("Statistics", "Constraints")
    }


BASELINES = {"ModelDataQuality": files("data"), "ModelQuality": files("model")}


def registry(stub: Stub, *versions: dict[str, Any]) -> None:
    """The versions as the registry lists and describes them, each on a page of its own."""
    sagemaker = stub(ASSET, "sagemaker")
    query = {
        "ModelPackageGroupName": GROUP,
        "ModelApprovalStatus": "Approved",
        "SortBy": "CreationTime",
        "SortOrder": "Descending",
    }
    for number, version in enumerate(versions or [None]):
        more = {"NextToken": str(number + 1)} if number < len(versions) - 1 else {}
        summaries = [
            {
                "ModelPackageArn": version["ModelPackageArn"],
                "CreationTime": 1622695255,
                "ModelPackageStatus": "Completed",
            }
            for version in versions[number : number + 1]
        ]
        token = {"NextToken": str(number)} if number else {}
        sagemaker.add_response(
            "list_model_packages", {"ModelPackageSummaryList": summaries, **more}, query | token
        )
        if version is not None:
            sagemaker.add_response(
                "describe_model_package",
                version,
                {"ModelPackageName": version["ModelPackageArn"]},
            )


def test_the_outputs_are_those_of_the_latest_approved_version(stub: Stub) -> None:
    registry(stub, described_package(7, DriftCheckBaselines=BASELINES))
    assert handle(EVENT, None) == {
        "ModelPackageArn": f"{REGISTRY}/7",
        "ModelDataUrl": "s3://models/7/model.tar.gz",
        "Image": "sagemaker-xgboost:1.7-1",
        "DataQualityStatisticsS3Uri": "s3://b/data/statistics.json",
        "DataQualityConstraintsS3Uri": "s3://b/data/constraints.json",
        "ModelQualityStatisticsS3Uri": "s3://b/model/statistics.json",
        "ModelQualityConstraintsS3Uri": "s3://b/model/constraints.json",
    }


def test_a_version_that_is_not_what_it_was_listed_as_is_passed_over(stub: Stub) -> None:
    registry(
        stub,
        described_package(8, ModelApprovalStatus="Rejected"),
        described_package(7, DriftCheckBaselines=BASELINES),
    )
    assert handle(EVENT, None)["ModelPackageArn"] == f"{REGISTRY}/7"


def test_no_approved_version_is_one_sentence(stub: Stub) -> None:
    registry(stub)
    message = f"model package group {GROUP} has no approved version to score with; approve one in"
    with pytest.raises(LookupError, match=message):
        handle(EVENT, None)


def test_a_group_that_is_not_there_has_no_approved_version(stub: Stub) -> None:
    stub(ASSET, "sagemaker").add_client_error(
        "list_model_packages", "ValidationException", f"ModelPackageGroup {GROUP} does not exist."
    )
    with pytest.raises(LookupError, match="no approved version to score with"):
        handle(EVENT, None)


def test_what_was_passed_over_is_said(stub: Stub) -> None:
    registry(stub, described_package(8, ModelPackageStatus="InProgress"))
    reason = f"(passed over: {REGISTRY}/8: its status is InProgress, not Completed)"
    with pytest.raises(LookupError, match=re.escape(reason)):
        handle(EVENT, None)


def test_what_the_registry_refuses_is_raised(stub: Stub) -> None:
    stub(ASSET, "sagemaker").add_client_error("list_model_packages", "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        handle(EVENT, None)


def test_a_version_without_a_model_quality_baseline_scores(stub: Stub) -> None:
    registry(stub, described_package(DriftCheckBaselines={"ModelDataQuality": files("data")}))
    assert handle(EVENT, None)["ModelQualityStatisticsS3Uri"] == ""


@pytest.mark.parametrize(
    ("baselines", "missing"),
    [
        ({}, "no statistics and no constraints"),
        ({"ModelDataQuality": {"Statistics": files("data")["Statistics"]}}, "no constraints"),
    ],
)
def test_a_version_without_a_data_quality_baseline_does_not(
    stub: Stub, baselines: dict[str, Any], missing: str
) -> None:
    registry(stub, described_package(DriftCheckBaselines=baselines))
    with pytest.raises(LookupError, match=f"{REGISTRY}/7 has {missing} of a data-quality baseline"):
        handle(EVENT, None)


@pytest.mark.parametrize("containers", [0, 2])
def test_a_version_that_is_not_one_container_does_not(stub: Stub, containers: int) -> None:
    version = described_package()
    version["InferenceSpecification"]["Containers"] *= containers
    if not containers:
        del version["InferenceSpecification"]
    registry(stub, version)
    with pytest.raises(LookupError, match=f"has {containers} containers; one is needed"):
        handle(EVENT, None)


@pytest.mark.parametrize("event", [{}, {"modelPackageGroupName": ""}, {"modelPackageGroupName": 1}])
def test_an_event_that_cannot_be_meant_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="event: modelPackageGroupName must be a name, not"):
        handle(event, None)
