"""The handler: one look, at most one change, and SageMaker's refusals told apart.

SageMaker's texts are observed ones, from public issue reports; it has no modelled error for them.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.unit.lambdas.deploy_endpoint.conftest import (
    CONFIG_ARN,
    LIVE,
    NEW,
    OLD,
    TAGS,
    WANTED,
    Deployment,
)
from tests.unit.lambdas.deploy_endpoint.scenes import ARN, ENDPOINT, MODIFIED, endpoint
from tests.unit.lambdas.job_events import REGISTRY


def _asked(requested: str, **members: Any) -> dict[str, Any]:
    now = time.time()
    token = {"started_at": now, "requested": requested, "requested_at": now - 200, **members}
    return token if requested == "delete" else {"config_name": NEW, **token}


def test_a_first_deployment_creates(deployment: Deployment) -> None:
    deployment.looks(None).makes_resources()
    created = {"EndpointArn": ARN}
    deployment.gives(
        "create_endpoint", created, EndpointName=ENDPOINT, EndpointConfigName=NEW, Tags=TAGS
    )
    answers = deployment.runs()
    assert (answers.token["requested"], answers.token["config_name"]) == ("create", NEW)
    assert answers.summary == (
        f"staging endpoint {ENDPOINT}, version 7: there is no such endpoint; creating it with {NEW}"
    )


@pytest.mark.parametrize(("configured", "replaces_count"), [(1, True), (3, False)])
def test_a_new_version_updates_and_keeps_scaled_capacity(
    deployment: Deployment, configured: int, replaces_count: bool
) -> None:
    replaced = ["DataCaptureConfig"] + ["DesiredInstanceCount"] * replaces_count
    deployment.looks(LIVE).makes_resources().live_config(configured)
    deployment.gives(
        "update_endpoint",
        {"EndpointArn": ARN},
        EndpointName=ENDPOINT,
        EndpointConfigName=NEW,
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": each} for each in replaced],
    )
    token = deployment.runs().token
    assert (token["requested"], token["replaced_config_name"]) == ("update", OLD)
    assert token["modified_before"] == MODIFIED.timestamp()


def test_what_is_live_already_succeeds_at_once(deployment: Deployment) -> None:
    success = deployment.looks(endpoint("InService", NEW)).runs().success
    assert success["outputVariables"] == {
        "EndpointName": ENDPOINT,
        "EndpointConfigName": NEW,
        "ModelPackageArn": f"{REGISTRY}/7",
    }
    assert f"{NEW} is live and in service after 0 s" in success["executionDetails"]["summary"]


def test_a_rolled_back_update_is_a_failed_deployment(deployment: Deployment) -> None:
    state = endpoint("InService", OLD, FailureReason="did not pass the ping health check")
    token = _asked("update", replaced_config_name=OLD, modified_before=1.0)
    failure = deployment.looks(state).runs(token).failure
    assert "the update was rolled back (did not pass the ping health check)" in failure


def test_a_version_rejected_while_it_is_deployed_is_waited_for(deployment: Deployment) -> None:
    state = endpoint("Updating", OLD)
    token = _asked("update", replaced_config_name=OLD)
    answers = deployment.looks(state, ModelApprovalStatus="Rejected").runs(token)
    assert answers.token == token


def test_what_was_asked_for_is_waited_for_whatever_the_settings_are_now(
    deployment: Deployment,
) -> None:
    token = _asked("update", config_name="asked-for", replaced_config_name=OLD)
    success = deployment.looks(endpoint("InService", "asked-for")).runs(token).success
    assert success["outputVariables"]["EndpointConfigName"] == "asked-for"


def test_a_version_that_is_not_approved_changes_nothing(deployment: Deployment) -> None:
    failure = deployment.describes(ModelApprovalStatus="Rejected").runs().failure
    assert failure.endswith(
        "because its approval status is Rejected, not Approved; the endpoint was not touched"
    )


@pytest.mark.parametrize(
    "state", [None, LIVE, endpoint("Failed", OLD)], ids=["none", "live", "failed"]
)
def test_without_its_artifact_nothing_is_changed(
    deployment: Deployment, s3: Any, state: dict[str, Any] | None
) -> None:
    s3.delete_object(Bucket="models", Key="7/model.tar.gz")
    assert "model.tar.gz of version 7 is gone" in deployment.looks(state).runs().failure


def test_a_failed_endpoint_is_deleted_and_made_anew(deployment: Deployment) -> None:
    failed = endpoint("Failed", OLD, FailureReason="ping")
    deployment.looks(failed).gives("delete_endpoint", {}, EndpointName=ENDPOINT)
    answers = deployment.runs()
    assert "is Failed (ping); deleting it" in answers.summary
    token = answers.token
    answers.calls.clear()
    deployment.looks(None).makes_resources().gives("create_endpoint", {"EndpointArn": ARN})
    assert deployment.runs(token).token["requested"] == "create"


BUSY = f'Cannot update in-progress endpoint "{ARN}".'


def test_a_busy_endpoint_is_waited_for(deployment: Deployment) -> None:
    deployment.looks(LIVE).makes_resources().live_config().refuses("update_endpoint", BUSY)
    answers = deployment.runs()
    assert answers.token["requested"] == "nothing"
    assert answers.summary.endswith(f"waiting, SageMaker says: {BUSY}")


def test_an_endpoint_that_another_made_meanwhile_is_waited_for(deployment: Deployment) -> None:
    text = f'Cannot create already existing endpoint "{ARN}".'
    deployment.looks(None).makes_resources().refuses("create_endpoint", text)
    assert deployment.runs().token["requested"] == "nothing"


def test_a_configuration_that_is_not_known_everywhere_is_waited_for(deployment: Deployment) -> None:
    text = f'Could not find endpoint configuration "{CONFIG_ARN}/{NEW}".'
    deployment.looks(None).makes_resources().refuses("create_endpoint", text)
    assert deployment.runs().token["requested"] == "nothing"


def test_a_deleted_live_configuration_is_named(deployment: Deployment) -> None:
    text = f'Could not find endpoint configuration "{CONFIG_ARN}/{OLD}".'
    deployment.looks(LIVE).makes_resources().refuses("describe_endpoint_config", text)
    failure = deployment.refuses("update_endpoint", text).runs().failure
    assert "cannot be updated, because the configuration that is live was deleted" in failure
    assert OLD in failure


def test_a_live_configuration_that_may_not_be_read_is_an_error(deployment: Deployment) -> None:
    deployment.looks(LIVE).makes_resources()
    deployment.sagemaker.add_client_error(
        "describe_endpoint_config", "AccessDeniedException", "not authorized"
    )
    assert "not authorized" in deployment.runs().failure


def test_resources_that_exist_are_taken_when_they_are_the_same(deployment: Deployment) -> None:
    exists = "Cannot create already existing"
    common = {"CreationTime": MODIFIED}
    model = {**WANTED.model, "ModelArn": "arn:aws:sagemaker:us-east-1:123456789012:model/m"}
    config = {**WANTED.config, "EndpointConfigArn": f"{CONFIG_ARN}/{NEW}"}
    deployment.looks(None)
    deployment.refuses("create_model", f'{exists} model "m"')
    deployment.gives("describe_model", {**model, **common}, ModelName=WANTED.model["ModelName"])
    deployment.refuses("create_endpoint_config", f'{exists} endpoint configuration "c"')
    deployment.gives("describe_endpoint_config", {**config, **common}, EndpointConfigName=NEW)
    deployment.gives("create_endpoint", {"EndpointArn": ARN})
    assert deployment.runs().token["requested"] == "create"


def test_resources_that_exist_and_differ_are_refused(deployment: Deployment) -> None:
    other = {
        "ModelName": WANTED.model["ModelName"],
        "ModelArn": "arn:aws:sagemaker:us-east-1:123456789012:model/m",
        "PrimaryContainer": {"Image": "hand-made"},
        "CreationTime": MODIFIED,
    }
    deployment.looks(None).refuses("create_model", 'Cannot create already existing model "m"')
    failure = deployment.gives("describe_model", other).runs().failure
    assert "exists and is not what this deployment would make; the endpoint was not" in failure


def test_throttling_while_waiting_goes_on_waiting(deployment: Deployment) -> None:
    token = _asked("update", replaced_config_name=OLD)
    deployment.sagemaker.add_client_error("describe_model_package", "ThrottlingException")
    assert deployment.runs(token).token == token


def test_another_refusal_fails_in_sagemakers_words(deployment: Deployment) -> None:
    deployment.looks(LIVE).makes_resources().live_config()
    failure = deployment.refuses("update_endpoint", "The variant names differ").runs().failure
    assert "The variant names differ" in failure


def test_a_token_of_another_version_fails(deployment: Deployment) -> None:
    assert "retry the stage" in deployment.runs({"phase": 3}).failure
