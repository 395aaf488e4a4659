"""The latest approved version: asked for in the order that is meant, and absent where there is none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Stub
from tests.unit.lambdas.job_events import REGISTERED_AT, REGISTRY, described_package

ASSET = asset("start_pipeline")
approved = ASSET.module("approved_version")
flags = ASSET.module("check_flags")
client = ASSET.module("slipway_shared.clients").client
GROUP = "AbalonePackageGroup"
ASKED = {
    "ModelPackageGroupName": GROUP,
    "ModelApprovalStatus": "Approved",
    "SortBy": "CreationTime",
    "SortOrder": "Descending",
}
BASELINES = {"Explainability": {"Constraints": {"ContentType": "x", "S3Uri": "s3://b/a.json"}}}


def summary(version: int) -> dict[str, Any]:
    return {
        "ModelPackageArn": f"{REGISTRY}/{version}",
        "ModelPackageName": f"abalonepackagegroup/{version}",
        "ModelPackageStatus": "Completed",
        "CreationTime": 1622695255 + version,
    }


def latest() -> Any:
    return approved.latest_approved(client("sagemaker"), GROUP)


@pytest.mark.parametrize("baselines", [BASELINES, None])
def test_the_first_that_is_listed_is_described(stub: Stub, baselines: Any) -> None:
    sagemaker = stub(ASSET, "sagemaker")
    sagemaker.add_response(
        "list_model_packages", {"ModelPackageSummaryList": [summary(9), summary(7)]}, ASKED
    )
    extra = {"DriftCheckBaselines": baselines} if baselines else {}
    sagemaker.add_response(
        "describe_model_package",
        described_package(9, **extra),
        {"ModelPackageName": f"{REGISTRY}/9"},
    )
    assert latest() == flags.Approved("9", baselines or {}, REGISTERED_AT)


def test_a_version_was_changed_last_by_its_approval(stub: Stub) -> None:
    sagemaker = stub(ASSET, "sagemaker")
    sagemaker.add_response("list_model_packages", {"ModelPackageSummaryList": [summary(9)]})
    sagemaker.add_response("describe_model_package", described_package(9, LastModifiedTime=7))
    assert latest().modified == 7


def test_a_first_page_may_be_empty(stub: Stub) -> None:
    sagemaker = stub(ASSET, "sagemaker")
    sagemaker.add_response(
        "list_model_packages", {"ModelPackageSummaryList": [], "NextToken": "t"}, ASKED
    )
    sagemaker.add_response(
        "list_model_packages",
        {"ModelPackageSummaryList": [summary(3)]},
        {**ASKED, "NextToken": "t"},
    )
    sagemaker.add_response("describe_model_package", described_package(3))
    assert latest().version == "3"


def test_none_is_approved(stub: Stub) -> None:
    stub(ASSET, "sagemaker").add_response("list_model_packages", {"ModelPackageSummaryList": []})
    assert latest() is None


def test_a_group_that_does_not_exist_yet_has_no_approved_version(stub: Stub) -> None:
    stub(ASSET, "sagemaker").add_client_error(
        "list_model_packages",
        "ValidationException",
        f"ModelPackageGroup arn:aws:sagemaker:…:model-package-group/{GROUP} does not exist.",
    )
    assert latest() is None


def test_any_other_refusal_is_raised(stub: Stub) -> None:
    stub(ASSET, "sagemaker").add_client_error("list_model_packages", "AccessDeniedException", "no")
    with pytest.raises(client("sagemaker").exceptions.ClientError, match="AccessDenied"):
        latest()
