"""Groups and versions of the model registry, and the events of their changes."""

from __future__ import annotations

import time
from typing import Any

import pytest

from localcloud.cloud import current
from localcloud.errors import AwsError, ValidationException
from localcloud.sagemaker.registry.model_package import ModelPackage
from localcloud.sagemaker.registry.models import RegistryBackend

API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference"
EVENTS = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html"
)
CALLER = {"IamIdentity": {"Arn": "arn:aws:iam::123456789012:user/ann", "PrincipalId": "AIDA1"}}
ARN = "arn:aws:sagemaker:us-east-1:123456789012:model-package"
SPECIFICATION = {
    "Containers": [{"Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz"}],
    "SupportedContentTypes": ["text/csv"],
    "SupportedResponseMIMETypes": ["text/csv"],
}


def version(registry: RegistryBackend, **members: Any) -> ModelPackage:
    """Register a version in the group `Abalone`."""
    if "Abalone" not in registry.model_package_groups:
        registry.make_group({"ModelPackageGroupName": "Abalone"}, CALLER)
    request = {"ModelPackageGroupName": "Abalone", "InferenceSpecification": SPECIFICATION}
    return registry.make_package({**request, **members}, CALLER)


def emitted(events: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """The events, once there are `count` of them, in the order of the changes."""
    assert current().changes.wait_until(lambda: len(events) == count, 10)
    return sorted(events, key=lambda event: len(event["detail"]))


@pytest.mark.documented(f"{API}/API_CreateModelPackage.html")
def test_versions_count_up_and_await_approval(registry: RegistryBackend) -> None:
    first, second = version(registry), version(registry, ModelApprovalStatus="Approved")
    assert [first.arn, second.arn] == [f"{ARN}/abalone/1", f"{ARN}/abalone/2"]
    assert [first.approval_status, second.approval_status] == ["PendingManualApproval", "Approved"]


@pytest.mark.local_only("AWS does not say whether a number is used again")
def test_number_is_not_used_again_when_its_version_was_deleted(registry: RegistryBackend) -> None:
    registry.remove_package(version(registry).arn)
    assert version(registry).version == 2


@pytest.mark.documented(f"{API}/API_CreateModelPackage.html")
def test_version_is_made_once_when_the_token_is_the_same(registry: RegistryBackend) -> None:
    one, again = version(registry, ClientToken="t"), version(registry, ClientToken="t")
    assert one is again
    assert version(registry, ClientToken="u").version == 2


def test_description_has_what_was_given_and_what_the_service_adds(
    registry: RegistryBackend,
) -> None:
    metrics = {
        "ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": "s3://b"}}
    }
    package = version(
        registry,
        ModelMetrics=metrics,
        CustomerMetadataProperties={"A": "1"},
        MetadataProperties={"GeneratedBy": "execution"},
    )
    described = registry.describe_model_package(package.arn)
    assert described.pop("CreationTime") == package.created
    assert described == {
        "ModelPackageGroupName": "Abalone",
        "ModelPackageVersion": 1,
        "ModelPackageArn": f"{ARN}/abalone/1",
        "InferenceSpecification": SPECIFICATION,
        "ModelMetrics": metrics,
        "CustomerMetadataProperties": {"A": "1"},
        "MetadataProperties": {"GeneratedBy": "execution"},
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
        "CertifyForMarketplace": False,
        "ModelApprovalStatus": "PendingManualApproval",
        "CreatedBy": CALLER,
    }


@pytest.mark.documented("https://github.com/aws/sagemaker-python-sdk/issues/5606")
def test_summary_of_a_version_has_no_name_and_no_metrics(registry: RegistryBackend) -> None:
    summary = version(registry, ModelPackageDescription="d").summary()
    assert set(summary) == {
        "ModelPackageGroupName",
        "ModelPackageVersion",
        "ModelPackageArn",
        "ModelPackageDescription",
        "CreationTime",
        "ModelPackageStatus",
        "ModelApprovalStatus",
    }


@pytest.mark.parametrize("name", [f"{ARN}/abalone/1", f"{ARN}/Abalone/1", "Abalone/1"])
def test_version_is_found_by_arn_or_name_in_any_case(registry: RegistryBackend, name: str) -> None:
    package = version(registry)
    assert registry.package(name) is package


def test_package_or_group_is_refused_when_it_does_not_exist(registry: RegistryBackend) -> None:
    with pytest.raises(
        ValidationException, match=rf"ModelPackage {ARN}/abalone/9 does not exist\."
    ):
        registry.package(f"{ARN}/abalone/9")
    with pytest.raises(ValidationException, match=r"/Nope does not exist\."):
        registry.make_package({"ModelPackageGroupName": "Nope"}, CALLER)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, "Missing ARN."),
        ({"ModelPackageName": "a", "ModelPackageGroupName": "b"}, "Both ModelPackageName and"),
        ({"ModelPackageName": "a", "ModelApprovalStatus": "Approved"}, "versioned"),
        ({"ModelPackageName": "a", "ModelCard": {"ModelCardContent": "x"}}, "'ModelCard'"),
        ({"ModelPackageName": "a", "CertifyForMarketplace": True}, "'CertifyForMarketplace'"),
        ({"ModelPackageName": "a b"}, "failed to satisfy constraint"),
    ],
)
def test_package_is_refused_when_the_request_is_wrong(
    registry: RegistryBackend, request_: dict[str, Any], message: str
) -> None:
    with pytest.raises(AwsError, match=message):
        registry.make_package(request_, CALLER)


def test_version_is_refused_when_it_has_tags(registry: RegistryBackend) -> None:
    with pytest.raises(ValidationException, match="tags of its model package group"):
        version(registry, Tags=[{"Key": "a", "Value": "b"}])


@pytest.mark.documented(f"{API}/API_UpdateModelPackage.html")
def test_update_changes_what_it_names_and_says_who_did(registry: RegistryBackend) -> None:
    package = version(registry, CustomerMetadataProperties={"A": "1", "B": "2"})
    other = {"IamIdentity": {"Arn": "arn:aws:iam::123456789012:user/bob", "PrincipalId": "AIDA2"}}
    registry.change_package(
        {
            "ModelPackageArn": package.arn,
            "ModelApprovalStatus": "Approved",
            "ApprovalDescription": "good",
            "CustomerMetadataProperties": {"C": "3"},
            "CustomerMetadataPropertiesToRemove": ["A"],
        },
        other,
    )
    described = registry.describe_model_package(package.arn)
    assert described["ModelApprovalStatus"] == "Approved"
    assert described["ApprovalDescription"] == "good"
    assert described["CustomerMetadataProperties"] == {"B": "2", "C": "3"}
    assert (described["CreatedBy"], described["LastModifiedBy"]) == (CALLER, other)
    assert described["LastModifiedTime"] >= described["CreationTime"]


def test_update_is_refused_when_it_names_what_cannot_change(registry: RegistryBackend) -> None:
    package = version(registry)
    with pytest.raises(AwsError, match="'ModelCard'"):
        registry.change_package({"ModelPackageArn": package.arn, "ModelCard": {"A": 1}}, CALLER)


def test_update_is_refused_when_there_would_be_too_much_metadata(registry: RegistryBackend) -> None:
    full = {f"k{number}": "v" for number in range(50)}
    package = version(registry, CustomerMetadataProperties=full)
    request = {"ModelPackageArn": package.arn, "CustomerMetadataProperties": {"more": "v"}}
    with pytest.raises(ValidationException, match="at most 50 entries, not 51"):
        registry.change_package(request, CALLER)


@pytest.mark.local_only("AWS's answer for a group that is not empty is not known")
def test_group_is_deleted_only_when_it_is_empty(registry: RegistryBackend) -> None:
    package = version(registry)
    with pytest.raises(AwsError) as caught:
        registry.remove_group("Abalone")
    assert caught.value.aws_code == "ConflictException"
    registry.remove_package(package.arn)
    registry.remove_group("Abalone")
    with pytest.raises(ValidationException, match="does not exist"):
        registry.group("Abalone")


def test_group_is_refused_when_its_name_is_taken(registry: RegistryBackend) -> None:
    registry.make_group({"ModelPackageGroupName": "Abalone"}, CALLER)
    with pytest.raises(ValidationException, match="already exists"):
        registry.make_group({"ModelPackageGroupName": "abalone"}, CALLER)


@pytest.mark.documented(EVENTS)
def test_creation_emits_awss_event(registry: RegistryBackend, events: list[dict[str, Any]]) -> None:
    package = version(registry, MetadataProperties={"GeneratedBy": "execution"})
    (event,) = emitted(events, 1)
    assert event["source"] == "aws.sagemaker"
    assert event["detail-type"] == "SageMaker Model Package State Change"
    assert event["resources"] == [package.arn]
    created = event["detail"].pop("CreationTime")
    assert time.strptime(created, "%Y-%m-%dT%H:%M:%SZ")
    assert event["detail"] == {
        "ModelPackageGroupName": "Abalone",
        "ModelPackageVersion": 1,
        "ModelPackageArn": f"{ARN}/abalone/1",
        "InferenceSpecification": SPECIFICATION,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
        "CertifyForMarketplace": False,
        "ModelApprovalStatus": "PendingManualApproval",
        "MetadataProperties": {"GeneratedBy": "execution"},
    }


@pytest.mark.documented(EVENTS)
def test_every_update_emits_an_event_that_names_what_it_gave(
    registry: RegistryBackend, events: list[dict[str, Any]]
) -> None:
    package = version(registry)
    update = {"ModelPackageArn": package.arn, "CustomerMetadataProperties": {"A": "1"}}
    registry.change_package(update, CALLER)
    update = {"ModelPackageArn": package.arn, "ModelApprovalStatus": "Rejected"}
    registry.change_package({**update, "ApprovalDescription": "no"}, CALLER)
    details = [event["detail"] for event in emitted(events, 3)]
    assert [detail.get("UpdatedModelPackageFields") for detail in details] == [
        None,
        ["CustomerMetadataProperties"],
        ["ModelApprovalStatus", "ApprovalDescription"],
    ]
    assert details[2]["ModelApprovalStatus"] == "Rejected"
    assert details[2]["ApprovalDescription"] == "no"
    assert "LastModifiedTime" in details[2]
    assert not {"CreatedBy", "LastModifiedBy"} & details[2].keys()
