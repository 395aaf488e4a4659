"""The handler: one look, at most one change, and SageMaker's refusals told apart.

SageMaker's texts are observed ones, from public issue reports; it has no modelled error for them.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.unit.lambdas.deploy_endpoint.one_call import (
    CURRENT_KEY,
    LIVE,
    NEW,
    OLD,
    UPDATING,
    Deployment,
)
from tests.unit.lambdas.deploy_endpoint.scenes import (
    ALARMS,
    ARN,
    ENDPOINT,
    MODIFIED,
    SAGEMAKER,
    TAGS,
    alarm,
    endpoint,
    variant,
)
from tests.unit.lambdas.job_events import REGISTRY, STORE

ALL_AT_ONCE = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
        "TerminationWaitInSeconds": 0,
        "MaximumExecutionTimeoutInSeconds": 1800,
    }
}
CONFIG_ARN = f"{SAGEMAKER}:endpoint-config"


def test_a_first_deployment_creates(deployment: Deployment) -> None:
    deployment.looks(None).makes_resources()
    created = {"EndpointArn": ARN}
    names = {"EndpointName": ENDPOINT, "EndpointConfigName": NEW}
    deployment.gives("create_endpoint", created, **names, DeploymentConfig=ALL_AT_ONCE, Tags=TAGS)
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
    deployment.looks(LIVE).live_config(configured).without_alarms().makes_resources().scaled()
    deployment.gives(
        "update_endpoint",
        {"EndpointArn": ARN},
        EndpointName=ENDPOINT,
        EndpointConfigName=NEW,
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": each} for each in replaced],
        DeploymentConfig=ALL_AT_ONCE,
    )
    token = deployment.runs().token
    assert (token["requested"], token["replaced_config_name"]) == ("update", OLD)
    assert token["modified_before"] == MODIFIED.timestamp()


def test_what_is_live_already_succeeds_at_once(deployment: Deployment) -> None:
    success = deployment.looks(endpoint("InService", NEW)).scaled().prunes().runs().success
    assert success["outputVariables"] == {
        "EndpointName": ENDPOINT,
        "EndpointConfigName": NEW,
        "ModelPackageArn": f"{REGISTRY}/7",
        "Guardrail": "none, nothing had to be updated",
    }
    assert success["executionDetails"]["summary"] == (
        f"staging endpoint {ENDPOINT}, version 7: {NEW} is live and in service with 1 instance(s)"
        " after 0 s. Guardrail: none, nothing had to be updated."
    )


def test_an_update_that_arrived_tells_what_was_there_before(deployment: Deployment) -> None:
    success = deployment.looks(endpoint("InService", NEW)).scaled().prunes().runs(UPDATING).success
    assert success["outputVariables"]["PreviousModelPackageVersion"] == "6"
    assert success["outputVariables"]["Guardrail"] == "all at once"


def test_an_instance_that_is_missing_is_waited_for(deployment: Deployment) -> None:
    missing = variant(2, CurrentInstanceCount=1)
    answers = deployment.looks(endpoint("InService", NEW, ProductionVariants=[missing])).runs(
        UPDATING
    )
    assert answers.summary.endswith(f"{NEW} is live with 1 instances, wanted 2 instances")
    assert answers.token["arrived_at"] > UPDATING["started_at"]


def test_a_version_rejected_while_it_is_deployed_is_waited_for(deployment: Deployment) -> None:
    deployment.s3.delete_object(Bucket=STORE, Key=CURRENT_KEY)
    answers = deployment.looks(endpoint("Updating", OLD), ModelApprovalStatus="Rejected")
    assert answers.runs(UPDATING).token == UPDATING


def test_what_was_asked_for_is_waited_for_whatever_the_settings_are_now(
    deployment: Deployment,
) -> None:
    token = {**UPDATING, "config_name": "asked-for"}
    deployment.looks(endpoint("InService", "asked-for")).scaled().prunes()
    success = deployment.runs(token).success
    assert success["outputVariables"]["EndpointConfigName"] == "asked-for"


def test_a_failed_endpoint_is_deleted_and_made_anew(deployment: Deployment) -> None:
    failed = endpoint("Failed", OLD, FailureReason="ping")
    deployment.looks(failed).gives("delete_endpoint", {}, EndpointName=ENDPOINT)
    answers = deployment.runs()
    assert "the endpoint is Failed (ping); deleting it" in answers.summary
    token = answers.token
    deployment.looks(None).makes_resources().gives("create_endpoint", {"EndpointArn": ARN})
    assert deployment.runs(token).token["requested"] == "create"


BUSY = f'Cannot update in-progress endpoint "{ARN}".'


def about_to_update(deployment: Deployment) -> Deployment:
    return deployment.looks(LIVE).live_config().without_alarms().makes_resources().scaled()


def test_a_busy_endpoint_is_waited_for(deployment: Deployment) -> None:
    answers = about_to_update(deployment).refuses("update_endpoint", BUSY).runs()
    assert answers.token["requested"] == "nothing"
    assert answers.summary.endswith(f"waiting: {BUSY}")


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
    deployment.looks(LIVE).refuses("describe_endpoint_config", text)
    deployment.without_alarms().makes_resources().scaled()
    failure = deployment.refuses("update_endpoint", text).runs().failure
    assert "cannot be updated, because the configuration that is live was deleted" in failure
    assert OLD in failure


def test_resources_that_exist_are_taken_when_they_are_the_same(deployment: Deployment) -> None:
    exists, wanted = "Cannot create already existing", deployment.wanted
    common = {"CreationTime": MODIFIED}
    model = {**wanted.model, "ModelArn": f"{SAGEMAKER}:model/m"}
    config = {**wanted.config, "EndpointConfigArn": f"{CONFIG_ARN}/{NEW}"}
    deployment.looks(None)
    deployment.refuses("create_model", f'{exists} model "m"')
    deployment.gives("describe_model", {**model, **common}, ModelName=wanted.model["ModelName"])
    deployment.refuses("create_endpoint_config", f'{exists} endpoint configuration "c"')
    deployment.gives("describe_endpoint_config", {**config, **common}, EndpointConfigName=NEW)
    deployment.gives("create_endpoint", {"EndpointArn": ARN})
    assert deployment.runs().token["requested"] == "create"


def test_resources_that_exist_and_differ_are_refused(deployment: Deployment) -> None:
    other = {
        "ModelName": deployment.wanted.model["ModelName"],
        "ModelArn": f"{SAGEMAKER}:model/m",
        "PrimaryContainer": {"Image": "hand-made"},
        "CreationTime": MODIFIED,
    }
    deployment.looks(None).refuses("create_model", 'Cannot create already existing model "m"')
    failure = deployment.gives("describe_model", other).runs().failure
    assert "exists and is not what this deployment would make; the endpoint was not" in failure


def test_throttling_while_waiting_goes_on_waiting(deployment: Deployment) -> None:
    deployment.own.add_client_error("describe_model_package", "ThrottlingException")
    assert deployment.runs(UPDATING).token == UPDATING
    deployment.describes().assumes()
    deployment.refuses("describe_endpoint", "Rate exceeded", "ThrottlingException")
    assert deployment.runs(UPDATING).token == UPDATING
    assert deployment.records() == {}


def test_throttling_is_not_borne_for_ever(deployment: Deployment) -> None:
    deployment.describes().assumes()
    deployment.refuses("describe_endpoint", "Rate exceeded", "ThrottlingException")
    token = {**UPDATING, "started_at": UPDATING["started_at"] - 7200}
    assert "DescribeEndpoint was refused: Rate exceeded" in deployment.runs(token).failure


def test_a_token_of_another_version_fails(deployment: Deployment) -> None:
    assert "retry the stage" in deployment.runs({"phase": 3}).failure


def test_alarms_must_be_there_for_a_creation_too(
    deployment: Deployment, put_manifest: Callable[..., None]
) -> None:
    watched = {"type": "ALL_AT_ONCE", "waitSeconds": 0, "finalBakeSeconds": 0, "alarmNames": ALARMS}
    deployment.has(put_manifest, update=watched)
    deployment.looks(None).sees_alarms(alarm(ALARMS[0]), names=ALARMS)
    assert f"alarm {ALARMS[1]} is not in account" in deployment.runs().failure
