"""What must hold before anything is changed; each refusal is one sentence, and nothing was touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.lambdas.deploy_endpoint.one_call import CURRENT_KEY, LIVE, OLD, Deployment
from tests.unit.lambdas.deploy_endpoint.scenes import ASSET, endpoint
from tests.unit.lambdas.job_events import REGISTRY, STORE, described_package

Put = Callable[..., None]
UNTOUCHED = "the endpoint was not touched"


def test_a_version_that_is_not_approved(deployment: Deployment) -> None:
    failure = deployment.describes(ModelApprovalStatus="Rejected").runs().failure
    assert failure.endswith(
        "because its approval status is Rejected, not Approved; the endpoint was not touched"
    )


def test_a_version_without_a_container(deployment: Deployment) -> None:
    described = described_package()
    del described["InferenceSpecification"]
    deployment.own.add_response("describe_model_package", described)
    failure = deployment.runs().failure
    assert "because it has no container: register it with an InferenceSpecification" in failure
    assert failure.endswith(UNTOUCHED)


def test_a_version_that_is_not_in_the_registry(deployment: Deployment) -> None:
    deployment.own.add_client_error(
        "describe_model_package", "ValidationException", "does not exist."
    )
    assert "is not in the registry: does not exist." in deployment.runs().failure


def test_a_manifest_that_another_took_the_place_of(
    deployment: Deployment, put_manifest: Put
) -> None:
    newer = ASSET.module("slipway_shared.manifest")
    body = deployment.s3.get_object(Bucket=STORE, Key=CURRENT_KEY)["Body"].read()
    manifest = newer.unzip_manifest(body)
    changes = {"model_package_version": 8, "model_package_arn": f"{REGISTRY}/8"}
    members = {**manifest.__dict__, **changes, "requested_at": "2026-11-02T00:00:00Z"}
    content = newer.zip_manifest(newer.Manifest(**members))
    deployment.s3.put_object(Bucket=STORE, Key=CURRENT_KEY, Body=content)
    failure = deployment.describes().runs().failure
    assert failure.endswith(
        "superseded: the current manifest, of 2026-11-02T00:00:00Z, asks for version 8 (approved); its"
        " own execution deploys it, and the endpoint was not touched"
    )


@pytest.mark.parametrize(
    ("body", "words"), [(None, "was deleted"), (b"no zip file", "is none: not a readable zip file")]
)
def test_a_current_manifest_that_is_none(
    deployment: Deployment, body: bytes | None, words: str
) -> None:
    if body is None:
        deployment.s3.delete_object(Bucket=STORE, Key=CURRENT_KEY)
    else:
        deployment.s3.put_object(Bucket=STORE, Key=CURRENT_KEY, Body=body)
    failure = deployment.describes().runs().failure
    assert words in failure
    assert failure.endswith(UNTOUCHED)


def test_a_manifest_with_another_endpoint(deployment: Deployment) -> None:
    failure = deployment.runs(endpointName="abalone-other").failure
    assert (
        "'abalone-staging', this pipeline's is 'abalone-other': was the manifest edited" in failure
    )


def test_a_manifest_without_the_stage(deployment: Deployment) -> None:
    assert "has no stage 'canary'; it has staging, prod" in deployment.runs(stage="canary").failure


@pytest.mark.parametrize(
    "state", [None, LIVE, endpoint("Failed", OLD)], ids=["none", "live", "failed"]
)
def test_an_artifact_that_is_gone(deployment: Deployment, state: dict[str, Any] | None) -> None:
    deployment.s3.delete_object(Bucket="models", Key="7/model.tar.gz")
    failure = deployment.looks(state).runs().failure
    assert "model.tar.gz of version 7 is gone; the endpoint was not touched" in failure


def test_a_role_that_may_not_be_assumed(deployment: Deployment) -> None:
    message = "User: f is not authorized to perform: sts:AssumeRole on resource: r"
    deployment.describes().sts.add_client_error("assume_role", "AccessDenied", message)
    failure = deployment.runs().failure
    assert (
        "may not assume arn:aws:iam::222222222222:role/abalone-staging-deployment in account"
        " 222222222222, region eu-west-1, with external id 'slipway-abalone'"
    ) in failure
    assert message in failure


def test_another_error_of_sts_is_told_as_it_is(deployment: Deployment) -> None:
    text = "STS is not activated in this region"
    deployment.describes().sts.add_client_error("assume_role", "RegionDisabledException", text)
    assert f"AssumeRole was refused: {text} (RegionDisabledException)" in deployment.runs().failure


ZERO = (
    "The account-level service limit 'ml.m5.large for endpoint usage' is 0 Instances, with current"
    " utilization of 0 Instances and a request delta of 1 Instances. Please contact AWS support to"
    " request an increase for this limit."
)
PASS_ROLE = "User: d is not authorized to perform: iam:PassRole on resource: endpoint"
REFUSALS = [
    ("ResourceLimitExceeded", ZERO, "the quota of account 222222222222, eu-west-1 does not allow"),
    (
        "ResourceLimitExceeded",
        ZERO,
        "ask Service Quotas for more of ml.m5.large for endpoint usage",
    ),
    ("AccessDeniedException", PASS_ROLE, "may not pass arn:aws:iam::123456789012:role/endpoint to"),
    (
        "AccessDeniedException",
        "not authorized",
        "a permission for UpdateEndpoint is missing: not auth",
    ),
    (
        "ValidationException",
        "Requested image 1.dkr.ecr.us-west-2.amazonaws.com/x not found.",
        "cannot use the version's container image (Requested image",
    ),
    (
        "ValidationException",
        "Could not access model data at s3://bucket/model.tar.gz.",
        "role/endpoint must be allowed s3:GetObject on it, and kms:Decrypt where a key encrypts it",
    ),
    ("ValidationException", "The variant names differ", "UpdateEndpoint was refused: The variant"),
]


@pytest.mark.parametrize(("code", "text", "words"), REFUSALS)
def test_a_refusal_says_what_to_do(
    deployment: Deployment, code: str, text: str, words: str
) -> None:
    deployment.looks(LIVE).live_config().without_alarms().makes_resources().scaled()
    failure = deployment.refuses("update_endpoint", text, code).runs().failure
    assert words in failure
    assert failure.endswith(UNTOUCHED)
    assert deployment.records() == {}


def test_a_defect_is_told_by_its_name(deployment: Deployment, monkeypatch: Any) -> None:
    def breaks(*_: Any) -> None:
        raise KeyError("member")

    monkeypatch.setattr(ASSET.module("preconditions"), "require_deployable", breaks)
    assert "KeyError: 'member'" in deployment.describes().runs().failure
