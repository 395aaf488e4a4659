"""The handler: whatever the event says, the manifest follows the registry, and only a difference is
written."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Stub
from tests.unit.lambdas.job_events import REGISTRY, STORE, described_package

ASSET = asset("request_deployment")
lambda_handler = ASSET.module("lambda_function").lambda_handler
manifests = ASSET.module("slipway_shared.manifest")
GROUP, KEY = "AbalonePackageGroup", "manifest.zip"
EVENT = {
    "id": "c800a495",
    "detail-type": "SageMaker Model Package State Change",
    "detail": {"ModelPackageArn": f"{REGISTRY}/1", "ModelApprovalStatus": "Approved"},
}


@pytest.fixture(autouse=True)
def manifest_bucket(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    versioning = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket=STORE, VersioningConfiguration=versioning)
    monkeypatch.setenv("MODEL_PACKAGE_GROUP_NAME", GROUP)
    monkeypatch.setenv("MANIFEST_BUCKET_NAME", STORE)
    monkeypatch.setenv("MANIFEST_KEY", KEY)


def _registry(
    stub: Stub, *approved: int, described: dict[int, dict[str, Any]] | None = None
) -> None:
    """One look at a registry with these approved versions, each page with one."""
    sagemaker = stub(ASSET, "sagemaker")
    query = {
        "ModelPackageGroupName": GROUP,
        "ModelApprovalStatus": "Approved",
        "SortBy": "CreationTime",
        "SortOrder": "Descending",
    }
    token: dict[str, str] = {}
    for page in range(max(1, len(approved))):
        more = {"NextToken": str(page)} if page < len(approved) - 1 else {}
        summaries = [
            {
                "ModelPackageGroupName": GROUP,
                "ModelPackageVersion": version,
                "ModelPackageArn": f"{REGISTRY}/{version}",
                "CreationTime": 1622695255,
                "ModelPackageStatus": "Completed",
                "ModelApprovalStatus": "Approved",
            }
            for version in approved[page : page + 1]
        ]
        sagemaker.add_response(
            "list_model_packages",
            {"ModelPackageSummaryList": summaries, **more},
            {**query, **token},
        )
        token = more
    changes = described or {}
    for version in sorted(approved, reverse=True):
        sagemaker.add_response(
            "describe_model_package",
            described_package(
                version,
                LastModifiedBy={"IamIdentity": {"Arn": "arn:approver"}},
                **changes.get(version, {}),
            ),
            {"ModelPackageName": f"{REGISTRY}/{version}"},
        )
        if version not in changes:
            break


def _written(s3: Any) -> list[Any]:
    """The manifests that were written, the newest first."""
    versions = s3.list_object_versions(Bucket=STORE, Prefix=KEY).get("Versions", [])
    return [
        manifests.unzip_manifest(
            s3.get_object(Bucket=STORE, Key=KEY, VersionId=each["VersionId"])["Body"].read()
        )
        for each in versions
    ]


def test_the_first_approval_writes_the_first_manifest(stub: Stub, s3: Any) -> None:
    _registry(stub, 1)
    result = lambda_handler(EVENT, None)
    (manifest,) = _written(s3)
    assert manifest.model_package_arn == f"{REGISTRY}/1"
    assert (manifest.model_package_group_name, manifest.model_package_version) == (GROUP, 1)
    assert (manifest.approved_by, manifest.previous_model_package_arn) == ("arn:approver", None)
    head = s3.head_object(Bucket=STORE, Key=KEY)
    assert result == {
        "action": "requested",
        "modelPackageArn": f"{REGISTRY}/1",
        "previousModelPackageArn": None,
        "manifestVersionId": head["VersionId"],
        "reason": "version 1 is the highest approved one",
    }


def test_a_duplicate_event_changes_nothing(stub: Stub, s3: Any) -> None:
    for _ in range(3):
        _registry(stub, 1)
    actions = [lambda_handler(EVENT, None)["action"] for _ in range(3)]
    assert actions == ["requested", "unchanged", "unchanged"]
    assert len(_written(s3)) == 1


def test_approvals_out_of_order_end_with_the_highest_version(stub: Stub, s3: Any) -> None:
    _registry(stub, 2)
    lambda_handler(EVENT, None)
    # Version 1 is approved after version 2: nothing follows from its event.
    _registry(stub, 1, 2)
    assert lambda_handler(EVENT, None)["action"] == "unchanged"
    _registry(stub, 1, 3, 2)
    result = lambda_handler(EVENT, None)
    assert result["reason"] == "version 3 is the highest approved one, in place of version 2"
    assert [each.model_package_version for each in _written(s3)] == [3, 2]


def test_rejecting_the_live_version_asks_for_the_one_before(stub: Stub, s3: Any) -> None:
    _registry(stub, 1, 2)
    lambda_handler(EVENT, None)
    _registry(stub, 1)
    lambda_handler(EVENT, None)
    newest = _written(s3)[0]
    assert newest.model_package_arn == f"{REGISTRY}/1"
    assert newest.previous_model_package_arn == f"{REGISTRY}/2"


def test_without_an_approved_version_what_is_live_stays(stub: Stub, s3: Any) -> None:
    _registry(stub, 1)
    lambda_handler(EVENT, None)
    _registry(stub)
    result = lambda_handler(EVENT, None)
    assert (result["action"], result["modelPackageArn"]) == ("none-approved", f"{REGISTRY}/1")
    assert len(_written(s3)) == 1


def test_a_version_that_was_rejected_since_it_was_listed_is_passed_over(
    stub: Stub, s3: Any
) -> None:
    _registry(stub, 1, 2, described={2: {"ModelApprovalStatus": "Rejected"}})
    lambda_handler(EVENT, None)
    assert _written(s3)[0].model_package_version == 1


def test_an_event_without_detail_works_as_well(stub: Stub) -> None:
    _registry(stub, 1)
    assert lambda_handler({}, None)["action"] == "requested"


def test_an_unreadable_manifest_is_replaced(stub: Stub, s3: Any) -> None:
    s3.put_object(Bucket=STORE, Key=KEY, Body=b"junk")
    _registry(stub, 1)
    assert lambda_handler(EVENT, None)["action"] == "requested"
    s3.delete_object(Bucket=STORE, Key=KEY)
    _registry(stub, 1)
    assert lambda_handler(EVENT, None)["action"] == "requested"


def _another_writes(s3: Any, version: int) -> None:
    manifest = manifests.Manifest(GROUP, f"{REGISTRY}/{version}", version, f"2026-11-0{version}")
    s3.put_object(Bucket=STORE, Key=KEY, Body=manifests.zip_manifest(manifest))


@pytest.mark.parametrize("exists", [False, True])
def test_a_manifest_that_changed_meanwhile_is_read_and_decided_again(
    stub: Stub, s3: Any, exists: bool
) -> None:
    if exists:
        _another_writes(s3, 1)
    _registry(stub, 2)
    _registry(stub, 3, 2)
    events = ASSET.module("slipway_shared.clients").client("sagemaker").meta.events
    looks: list[int] = []

    def between(**_: Any) -> None:
        looks.append(1)
        if len(looks) == 1:  # after the manifest was read, before it is written
            _another_writes(s3, 4)

    events.register("before-parameter-build.sagemaker.ListModelPackages", between)
    try:
        result = lambda_handler(EVENT, None)
    finally:
        events.unregister("before-parameter-build.sagemaker.ListModelPackages", between)
    # Both pages of the second look count.
    assert len(looks) == 3
    assert result["reason"] == "version 3 is the highest approved one, in place of version 4"
    assert result["previousModelPackageArn"] == f"{REGISTRY}/4"


@pytest.mark.parametrize("code", ["PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"])
def test_who_always_loses_gives_up_for_lambda_to_retry(stub: Stub, code: str) -> None:
    store = stub(ASSET, "s3")
    for _ in range(5):
        _registry(stub, 1)
        store.add_client_error("get_object", "NoSuchKey")
        store.add_client_error("put_object", code)
    with pytest.raises(RuntimeError, match="was written by others 5 times in a row"):
        lambda_handler(EVENT, None)


def test_a_refusal_is_raised_for_lambda_to_retry(stub: Stub) -> None:
    store = stub(ASSET, "s3")
    _registry(stub, 1)
    store.add_client_error("get_object", "NoSuchKey")
    store.add_client_error("put_object", "AccessDenied")
    with pytest.raises(ClientError, match="AccessDenied"):
        lambda_handler(EVENT, None)
    store.add_client_error("get_object", "AccessDenied")
    with pytest.raises(ClientError, match="AccessDenied"):
        lambda_handler(EVENT, None)
