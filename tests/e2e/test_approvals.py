"""Approvals and rejections, good and bad: what is live is always what the registry says, or what was."""

from __future__ import annotations

import pytest

from demo.errors import StageFailed

from .deployed import Deployed, reason_of, wait_for

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.documented(
        "https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-approve.html"
    ),
]


def new_version(deployed: Deployed) -> str:
    """One more version, of the pipeline as it is."""
    execution = deployed.run_pipeline()
    assert execution["PipelineExecutionStatus"] == "Succeeded", execution.get("FailureReason")
    return str(deployed.versions()[0]["ModelPackageArn"])


@pytest.fixture(scope="module")
def live(deployed: Deployed, first_version: str) -> str:
    """A version in staging and prod: a new one, above any that other tests left approved."""
    version = new_version(deployed)
    deployed.decide(version, "Approved")
    assert deployed.live("staging") == deployed.live("prod") == version
    return version


def test_artifact_that_is_gone_stops_before_anything_is_touched(
    deployed: Deployed, live: str
) -> None:
    version = new_version(deployed)
    sagemaker, s3 = deployed.clients.sagemaker, deployed.clients.s3
    package = sagemaker.describe_model_package(ModelPackageName=version)
    url = package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
    bucket, _, key = url.removeprefix("s3://").partition("/")
    content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.delete_object(Bucket=bucket, Key=key)
    try:
        before = deployed.deployments()
        deployed.approve(version)
        execution = deployed.deployment_after(before)
        reason = reason_of(lambda: deployed.follow_deploy(execution))
        assert reason.startswith("Staging/Deploy: ")
        assert url in reason
        assert deployed.live("staging") == deployed.live("prod") == live
    finally:
        s3.put_object(Bucket=bucket, Key=key, Body=content)
        deployed.decide(version, "Rejected")
    assert deployed.live("staging") == deployed.live("prod") == live


def test_rejected_at_the_manual_approval_prod_stays_as_it_was(
    deployed: Deployed, live: str
) -> None:
    version = new_version(deployed)
    before = deployed.deployments()
    deployed.approve(version)
    execution = deployed.deployment_after(before)
    reason = reason_of(
        lambda: deployed.follow_deploy(execution, "Rejected", "not before the weekend")
    )
    assert reason.startswith("Approval/Approve: ")
    assert "not before the weekend" in reason
    assert deployed.live("staging") == version
    assert deployed.live("prod") == live
    # Rejecting it in the registry takes staging back to what is approved.
    deployed.decide(version, "Rejected")
    assert deployed.live("staging") == deployed.live("prod") == live


def test_update_that_changes_no_decision_deploys_nothing(deployed: Deployed, live: str) -> None:
    before = deployed.deployments()
    runs = deployed.function_log("RequestDeployment").count("nothing to do")
    deployed.clients.sagemaker.update_model_package(
        ModelPackageArn=live, CustomerMetadataProperties={"note": "seen"}
    )
    wait_for(
        lambda: deployed.function_log("RequestDeployment").count("nothing to do"),
        lambda count: count > runs,
        "the function's decision",
    )
    assert deployed.deployments() == before


def test_two_approvals_in_quick_succession_end_with_the_newest_live(
    deployed: Deployed, live: str
) -> None:
    older, newer = new_version(deployed), new_version(deployed)
    before = deployed.deployments()
    deployed.approve(older)
    deployed.approve(newer)

    def settled() -> bool:
        new = [found for found in deployed.deployments() if found not in before]
        for execution in reversed(new):  # the oldest first: a newer one may wait behind it
            try:
                deployed.follow_deploy(execution)
            except StageFailed as failure:  # a superseded one is not a failure
                assert "uperseded" in str(failure), failure
        return deployed.live("staging") == deployed.live("prod") == newer

    wait_for(settled, bool, "the newest version in staging and prod", seconds=180)
    assert deployed.live("prod") == newer


def test_no_two_endpoints_serve_half_of_each(deployed: Deployed, live: str) -> None:
    names = [
        endpoint["EndpointName"]
        for endpoint in deployed.clients.sagemaker.list_endpoints()["Endpoints"]
    ]
    assert sorted(names) == sorted(
        [deployed.deploy["StagingEndpointName"], deployed.deploy["ProdEndpointName"]]
    )
