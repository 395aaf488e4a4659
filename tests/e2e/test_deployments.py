"""What people do about a version on its way to prod, and afterwards: exactly one thing comes of each."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from .deployed import Deployed, reason_of, wait_for
from .versions import register_like

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.documented(
        "https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html"
    ),
]


@pytest.fixture(scope="module")
def live(deployed: Deployed, first_version: str) -> str:
    """A version in staging and prod."""
    version = register_like(deployed, first_version)
    deployed.decide(version, "Approved")
    assert deployed.live("staging") == deployed.live("prod") == version
    return version


def waiting_approval(deployed: Deployed, execution: str) -> dict[str, Any] | None:
    """The approval that an execution waits in: the action's latest execution."""
    state = deployed.clients.codepipeline.get_pipeline_state(
        name=deployed.deploy["CodePipelineName"]
    )
    for stage in state["stageStates"]:
        if stage["stageName"] == "Approval" and (
            stage.get("latestExecution", {}).get("pipelineExecutionId") == execution
        ):
            latest: dict[str, Any] = stage["actionStates"][0].get("latestExecution", {})
            return latest if latest.get("status") == "InProgress" else None
    return None


def deployment_that_waits(deployed: Deployed, version: str) -> tuple[str, dict[str, Any]]:
    """Approve a version; its deployment, when it waits for prod's approval, and that approval."""
    before = deployed.deployments()
    deployed.approve(version)
    execution = deployed.deployment_after(before)
    waits = wait_for(lambda: waiting_approval(deployed, execution), bool, "the approval")
    assert waits is not None
    return execution, waits


def status_of(deployed: Deployed, execution: str) -> str:
    answer = deployed.clients.codepipeline.get_pipeline_execution(
        pipelineName=deployed.deploy["CodePipelineName"], pipelineExecutionId=execution
    )
    return str(answer["pipelineExecution"]["status"])


def manifest_of(deployed: Deployed) -> dict[str, Any]:
    """The manifest that is there now."""
    body = deployed.clients.s3.get_object(
        Bucket=deployed.deploy["ManifestBucketName"], Key="manifest.zip"
    )["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return manifest


def history(deployed: Deployed, stage: str) -> list[str]:
    """What the keys of a stage's records say, without their times."""
    listed = deployed.clients.s3.list_objects_v2(
        Bucket=deployed.deploy["ManifestBucketName"], Prefix=f"history/{stage}/"
    )
    return [entry["Key"].partition("Z-")[2] for entry in listed.get("Contents") or []]


def number(version: str) -> str:
    return version.rpartition("/")[2]


def test_a_stale_approval_is_out_of_the_way_and_answers_nothing(
    deployed: Deployed, live: str
) -> None:
    older, newer = (register_like(deployed, live) for _ in range(2))
    first, stale = deployment_that_waits(deployed, older)
    second, _ = deployment_that_waits(deployed, newer)
    assert status_of(deployed, first) == "Failed"
    pipelines = deployed.clients.codepipeline
    with pytest.raises(
        (
            pipelines.exceptions.InvalidApprovalTokenException,
            pipelines.exceptions.ApprovalAlreadyCompletedException,
        )
    ):
        pipelines.put_approval_result(
            pipelineName=deployed.deploy["CodePipelineName"],
            stageName="Approval",
            actionName="Approve",
            token=stale["token"],
            result={"status": "Approved", "summary": "late"},
        )
    assert deployed.live("prod") == live
    deployed.follow_deploy(second)
    assert deployed.live("prod") == newer
    deployed.approve(older, "Rejected")
    deployed.decide(newer, "Rejected")
    assert deployed.live("prod") == live


def test_rejecting_the_live_version_brings_the_one_before_back_without_a_person(
    deployed: Deployed, live: str
) -> None:
    newer = register_like(deployed, live)
    deployed.decide(newer, "Approved")
    before = deployed.deployments()
    deployed.approve(newer, "Rejected")
    actions = deployed.follow_deploy(deployed.deployment_after(before), "Rejected", "not asked")
    assert "Approval" not in {action["stageName"] for action in actions}
    assert deployed.live("staging") == deployed.live("prod") == live
    manifest = manifest_of(deployed)
    assert (manifest["reason"], manifest["prodApproval"]["required"]) == ("rejected", False)
    assert history(deployed, "prod")[-2:] == [
        f"v{number(newer)}-succeeded.json",
        f"v{number(live)}-succeeded.json",
    ]


def test_a_pin_rolls_back_and_its_end_goes_on(deployed: Deployed, live: str) -> None:
    newer = register_like(deployed, live)
    deployed.decide(newer, "Approved")
    ssm, name = deployed.client("ssm"), deployed.deploy["PinParameterName"]
    before = deployed.deployments()
    ssm.put_parameter(
        Name=name, Value=number(live), Type="String", Description="the newer one is slow"
    )
    try:
        deployed.follow_deploy(deployed.deployment_after(before))
        assert deployed.live("prod") == live
        manifest = manifest_of(deployed)
        assert (manifest["reason"], manifest["note"]) == ("rolled-back", "the newer one is slow")
    finally:
        before = deployed.deployments()
        ssm.delete_parameter(Name=name)
    deployed.follow_deploy(deployed.deployment_after(before))
    assert deployed.live("prod") == newer
    deployed.decide(newer, "Rejected")
    assert deployed.live("prod") == live


def test_other_settings_of_a_stage_are_deployed_with_the_version_that_is_live(
    deployed: Deployed, live: str
) -> None:
    ssm, sagemaker = deployed.client("ssm"), deployed.clients.sagemaker
    name = "/slipway/abalone/stages/staging"
    before = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    settings = json.loads(before)
    settings["dataCapture"]["percentage"] = 50
    for value, percentage in ((json.dumps(settings), 50), (before, 100)):
        executions = deployed.deployments()
        ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
        deployed.follow_deploy(deployed.deployment_after(executions))
        endpoint = sagemaker.describe_endpoint(EndpointName=deployed.deploy["StagingEndpointName"])
        assert endpoint["DataCaptureConfig"]["CurrentSamplingPercentage"] == percentage
        assert deployed.live("staging") == live
        assert manifest_of(deployed)["reason"] == "settings-changed"


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ({"modelPackageGroupName": "AnotherGroup"}, "this pipeline deploys versions of"),
        ({"schemaVersion": "9"}, "has schemaVersion '9'; this version reads '2'"),
        ({"stages": {}}, "'stages' must have an object for each stage"),
        ({"modelPackageVersion": 999}, "this pipeline deploys versions of"),
    ],
)
def test_a_manifest_edited_by_hand_stops_before_anything_is_touched(
    deployed: Deployed, live: str, edit: dict[str, Any], said: str
) -> None:
    bucket = deployed.deploy["ManifestBucketName"]
    original = manifest_of(deployed)
    before = deployed.deployments()
    put_manifest(deployed, bucket, {**original, **edit})
    reason = reason_of(lambda: deployed.follow_deploy(deployed.deployment_after(before)))
    assert reason.startswith("Staging/Deploy: ")
    assert said in reason
    assert deployed.live("staging") == deployed.live("prod") == live
    before = deployed.deployments()
    put_manifest(deployed, bucket, original)
    deployed.follow_deploy(deployed.deployment_after(before))


def put_manifest(deployed: Deployed, bucket: str, manifest: dict[str, Any]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
    deployed.clients.s3.put_object(Bucket=bucket, Key="manifest.zip", Body=buffer.getvalue())


def test_an_endpoint_that_a_person_changed_meanwhile_is_brought_back(
    deployed: Deployed, live: str
) -> None:
    sagemaker, name = deployed.clients.sagemaker, deployed.deploy["StagingEndpointName"]
    endpoint = sagemaker.describe_endpoint(EndpointName=name)
    config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
    by_hand = "by-hand-config"
    sagemaker.create_endpoint_config(
        EndpointConfigName=by_hand, ProductionVariants=config["ProductionVariants"]
    )
    sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=by_hand)
    before = deployed.deployments()
    deployed.clients.codepipeline.start_pipeline_execution(name=deployed.deploy["CodePipelineName"])
    deployed.follow_deploy(deployed.deployment_after(before))
    assert (
        sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"]
        == (endpoint["EndpointConfigName"])
    )
    sagemaker.delete_endpoint_config(EndpointConfigName=by_hand)


def test_an_endpoint_that_a_person_deleted_is_made_again(deployed: Deployed, live: str) -> None:
    deployed.clients.sagemaker.delete_endpoint(EndpointName=deployed.deploy["StagingEndpointName"])
    before = deployed.deployments()
    deployed.clients.codepipeline.start_pipeline_execution(name=deployed.deploy["CodePipelineName"])
    deployed.follow_deploy(deployed.deployment_after(before))
    assert deployed.live("staging") == deployed.live("prod") == live
