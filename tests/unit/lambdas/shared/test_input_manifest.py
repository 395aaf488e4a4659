"""The manifest of an action: read with the action's credentials from its one input artifact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Stub
from tests.unit.lambdas.job_events import (
    GROUP,
    MANIFEST_KEY,
    REGISTRY,
    STAGES,
    STORE,
    described_package,
    job_event,
)

SHARED = asset("shared")
jobs = SHARED.module("slipway_shared.codepipeline_job")
inputs = SHARED.module("slipway_shared.input_manifest")


OTHER_ARN = "arn:aws:sagemaker:us-east-1:123456789012:model-package/othergroup/7"


def _job(*artifacts: str) -> Any:
    return jobs.parse_job(job_event("", artifacts=artifacts))


def test_the_manifest_is_read(put_manifest: Callable[..., None]) -> None:
    put_manifest(SHARED, f"{REGISTRY}/7")
    assert inputs.read_input_manifest(_job("Manifest"), GROUP).model_package_arn == f"{REGISTRY}/7"


@pytest.mark.parametrize("arn", [OTHER_ARN, f"{REGISTRY}/8", f"{REGISTRY}/70", "nonsense"])
def test_a_manifest_whose_arn_is_not_of_its_version_fails(
    put_manifest: Callable[..., None], arn: str
) -> None:
    put_manifest(SHARED, arn)
    with pytest.raises(
        jobs.JobFailure, match=f"names version 7 of .* deploys versions of '{GROUP}'"
    ):
        inputs.read_input_manifest(_job("Manifest"), GROUP)


def test_a_manifest_for_another_group_fails() -> None:
    other = replace(_manifest(OTHER_ARN), model_package_group_name="OtherGroup")
    with pytest.raises(jobs.JobFailure) as refused:
        inputs.require_group(other, GROUP)
    assert str(refused.value) == (
        f"the deployment manifest names version 7 of 'OtherGroup' ({OTHER_ARN}); this pipeline"
        f" deploys versions of '{GROUP}'"
    )


@pytest.mark.parametrize("spelling", [GROUP, GROUP.lower()])
def test_the_group_may_be_spelt_in_lower_case_in_the_arn(spelling: str) -> None:
    """As SageMaker writes it in ARNs, but not everywhere (observed)."""
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:model-package/{spelling}/7"
    inputs.require_group(_manifest(arn), GROUP)


def test_the_artifact_is_read_with_the_actions_own_session(
    put_manifest: Callable[..., None],
) -> None:
    put_manifest(SHARED, f"{REGISTRY}/7")
    signed: list[tuple[str, str]] = []

    def look(request: Any, **_: Any) -> None:
        headers = {name: str(value) for name, value in request.headers.items()}
        signed.append((headers["Authorization"], headers["X-Amz-Security-Token"]))

    events = boto3.DEFAULT_SESSION._session.get_component("event_emitter")
    events.register_first("before-send.s3.GetObject", look)
    try:
        inputs.read_input_manifest(_job("Manifest"), GROUP)
    finally:
        events.unregister("before-send.s3.GetObject", look)
    ((authorization, token),) = signed
    assert "Credential=EXAMPLEACCESSKEYID/" in authorization
    assert "IQoJb3JpZ2luX2VjEA" in token


@pytest.mark.parametrize(("artifacts", "named"), [((), "none"), (("A", "B"), "A, B")])
def test_exactly_one_artifact_is_needed(artifacts: tuple[str, ...], named: str) -> None:
    with pytest.raises(jobs.ConfigurationError, match=f"it has {named}"):
        inputs.read_input_manifest(_job(*artifacts), GROUP)


def test_an_artifact_that_is_no_manifest_fails(s3: Any) -> None:
    s3.put_object(Bucket=STORE, Key=MANIFEST_KEY, Body=b"junk")
    with pytest.raises(jobs.JobFailure, match="input artifact Manifest is not a deployment"):
        inputs.read_input_manifest(_job("Manifest"), GROUP)


def _manifest(arn: str) -> Any:
    return SHARED.module("slipway_shared.manifest").Manifest(
        model_package_group_name=GROUP,
        model_package_arn=arn,
        model_package_version=7,
        reason="approved",
        requested_at="2026-11-01T00:00:00Z",
        stages=STAGES,
    )


def _requested() -> Any:
    sagemaker = SHARED.module("slipway_shared.clients").client("sagemaker")
    return inputs.requested_version(sagemaker, _manifest(f"{REGISTRY}/7"))


def test_exactly_the_manifests_version_is_described(stub: Stub) -> None:
    stub(SHARED, "sagemaker").add_response(
        "describe_model_package", described_package(), {"ModelPackageName": f"{REGISTRY}/7"}
    )
    assert _requested().version == 7


def test_a_version_that_is_gone_fails_with_its_name(stub: Stub) -> None:
    stub(SHARED, "sagemaker").add_client_error(
        "describe_model_package",
        "ValidationException",
        f"ModelPackage {REGISTRY}/7 does not exist.",
    )
    with pytest.raises(jobs.JobFailure, match=f"version 7 .{REGISTRY}/7. is not in the registry"):
        _requested()


def test_another_error_is_raised_as_it_is(stub: Stub) -> None:
    stub(SHARED, "sagemaker").add_client_error("describe_model_package", "ThrottlingException")
    with pytest.raises(ClientError, match="ThrottlingException"):
        _requested()
