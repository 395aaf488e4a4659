"""The loop: a push becomes a registered version, an approval a production endpoint."""

from __future__ import annotations

import io
import json
import re
import tarfile
from pathlib import Path
from typing import Any

import numpy
import pytest
import xgboost

from .deployed import Deployed

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.documented(
        "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-projects-walkthrough.html"
    ),
]


@pytest.fixture(scope="module")
def pushed(
    deployed: Deployed, first_version: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """A push that changes a hyperparameter, built and trained; what came of it."""
    clone = deployed.clone(tmp_path_factory.mktemp("push"))
    file = clone / "pipelines" / "abalone" / "pipeline.py"
    text, changed = re.subn(r'("max_depth": )\d+', r"\g<1>3", file.read_text())
    assert changed == 1
    file.write_text(text)
    commit = deployed.commit(clone, "Use shallower trees")
    actions = deployed.follow_build(deployed.execution_of(commit))
    (newest, *older) = [version["ModelPackageArn"] for version in deployed.versions()]
    assert first_version in older
    return {"commit": commit, "actions": actions, "package_arn": newest}


@pytest.fixture(scope="module")
def package(deployed: Deployed, pushed: dict[str, Any]) -> dict[str, Any]:
    """The description of the version that the push registered."""
    described: dict[str, Any] = deployed.clients.sagemaker.describe_model_package(
        ModelPackageName=pushed["package_arn"]
    )
    return described


@pytest.fixture(scope="module")
def in_production(deployed: Deployed, pushed: dict[str, Any]) -> list[dict[str, Any]]:
    """The deployment that approving the version starts, taken to its end; its actions."""
    before = deployed.deployments()
    deployed.approve(pushed["package_arn"])
    return deployed.follow_deploy(deployed.deployment_after(before))


def read(deployed: Deployed, uri: str) -> bytes:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    content: bytes = deployed.clients.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return content


def test_push_runs_every_stage_on_its_own_commit(pushed: dict[str, Any]) -> None:
    stages = [(action["stageName"], action["status"]) for action in pushed["actions"]]
    assert stages == [(name, "Succeeded") for name in ("Source", "Build", "Train")]
    source = pushed["actions"][0]["output"]["outputVariables"]
    assert source["CommitId"] == pushed["commit"]
    assert source["CommitMessage"].strip() == "Use shallower trees"


def test_version_is_registered_with_the_changed_hyperparameter(
    deployed: Deployed, pushed: dict[str, Any], package: dict[str, Any]
) -> None:
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    artifact = package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
    trees = load(read(deployed, artifact)).get_dump()
    # A node's depth is its line's indentation.
    deepest = max(len(line) - len(line.lstrip("\t")) for tree in trees for line in tree.split("\n"))
    assert deepest == 3


def test_evaluation_has_the_model_quality_reports_form(
    deployed: Deployed, package: dict[str, Any]
) -> None:
    statistics = package["ModelMetrics"]["ModelQuality"]["Statistics"]
    metrics = json.loads(read(deployed, statistics["S3Uri"]))["regression_metrics"]
    assert set(metrics) >= {"mse", "rmse", "mae", "r2"}
    assert 3.0 < metrics["mse"]["value"] <= 6.0
    assert metrics["rmse"]["value"] == pytest.approx(metrics["mse"]["value"] ** 0.5)
    assert metrics["mse"]["standard_deviation"] > 0


def test_build_log_and_job_logs_are_kept(deployed: Deployed, pushed: dict[str, Any]) -> None:
    groups = deployed.clients.logs.describe_log_groups()["logGroups"]
    names = {group["logGroupName"] for group in groups}
    assert {"/aws/sagemaker/ProcessingJobs", "/aws/sagemaker/TrainingJobs"} <= names
    (build,) = [action for action in pushed["actions"] if action["actionName"] == "Build"]
    build_id = build["output"]["executionResult"]["externalExecutionId"]
    logs = deployed.clients.codebuild.batch_get_builds(ids=[build_id])["builds"][0]["logs"]
    text = deployed.log(logs["groupName"], logs["streamName"])
    assert re.search(r"\d+ passed", text)
    assert "Phase complete: BUILD State: SUCCEEDED" in text


def test_approval_takes_exactly_that_version_to_staging_and_prod(
    deployed: Deployed, pushed: dict[str, Any], in_production: list[dict[str, Any]]
) -> None:
    stages = [action["stageName"] for action in in_production]
    assert stages == ["Source", "Staging", "SmokeTest", "SmokeTest", "Approval", "Prod"]
    assert {action["status"] for action in in_production} == {"Succeeded"}
    assert deployed.live("staging") == pushed["package_arn"]
    assert deployed.live("prod") == pushed["package_arn"]


def test_prod_answers_over_http_as_the_registered_model_does(
    deployed: Deployed, package: dict[str, Any], in_production: list[dict[str, Any]]
) -> None:
    golden = json.loads(read(deployed, package["CustomerMetadataProperties"]["GoldenRecordsS3Uri"]))
    records = [record["input"] for record in golden["records"]]
    response = deployed.clients.runtime.invoke_endpoint(
        EndpointName=deployed.deploy["ProdEndpointName"],
        ContentType=golden["contentType"],
        Accept=golden["accept"],
        Body="\n".join(records).encode(),
    )
    answered = numpy.array(response["Body"].read().split(), dtype=numpy.float32)
    rows = numpy.array([line.split(",") for line in records], dtype=numpy.float32)
    artifact = package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
    expected = load(read(deployed, artifact)).predict(xgboost.DMatrix(rows))
    assert len(answered) == len(records) > 0
    numpy.testing.assert_array_equal(answered, expected)
    assert response["InvokedProductionVariant"] == "AllTraffic"


def test_what_was_sent_to_prod_is_counted(
    deployed: Deployed, in_production: list[dict[str, Any]]
) -> None:
    endpoint = deployed.deploy["StagingEndpointName"]
    cloudwatch = deployed.client("cloudwatch")
    found = cloudwatch.list_metrics(
        Namespace="AWS/SageMaker",
        MetricName="Invocations",
        Dimensions=[{"Name": "EndpointName", "Value": endpoint}],
    )["Metrics"]
    assert found, "the smoke test invoked staging, and nothing was counted"


def test_deployment_again_of_what_is_live_changes_nothing(
    deployed: Deployed, pushed: dict[str, Any], in_production: list[dict[str, Any]]
) -> None:
    sagemaker = deployed.clients.sagemaker
    name = deployed.deploy["ProdEndpointName"]
    before = sagemaker.describe_endpoint(EndpointName=name)
    execution = deployed.clients.codepipeline.start_pipeline_execution(
        name=deployed.deploy["CodePipelineName"]
    )["pipelineExecutionId"]
    deployed.follow_deploy(execution)
    after = sagemaker.describe_endpoint(EndpointName=name)
    assert after["EndpointConfigName"] == before["EndpointConfigName"]
    assert after["LastModifiedTime"] == before["LastModifiedTime"]
    assert deployed.live("prod") == pushed["package_arn"]


def load(archive: bytes) -> xgboost.Booster:
    """The model in a model.tar.gz."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        member = tar.extractfile("xgboost-model")
        assert member is not None
        return xgboost.Booster(model_file=bytearray(member.read()))


def test_candidate_that_is_worse_than_the_live_version_is_not_registered(
    deployed: Deployed,
    in_production: list[dict[str, Any]],
    package: dict[str, Any],
    data_file: Path,
) -> None:
    bucket = deployed.build["ArtifactBucketName"]
    few = "".join(f"{line}\n" for line in data_file.read_text().splitlines()[:200])
    deployed.clients.s3.put_object(Bucket=bucket, Key="few/abalone.csv", Body=few.encode())
    registered = len(deployed.versions())
    execution = deployed.run_pipeline(
        InputDataUrl=f"s3://{bucket}/few/abalone.csv", MseThreshold="1000", LiveModelTolerance="0"
    )
    steps = deployed.steps(execution["PipelineExecutionArn"])
    message = steps["AbaloneModelNotGoodEnough"]["Metadata"]["Fail"]["ErrorMessage"]
    live = f"version {package['ModelPackageVersion']}, which is live, has "
    assert re.search(rf"; {live}[0-9.]+ on the same rows: this one is [0-9.]+% worse", message)
    assert message.endswith("the share allowed above it (LiveModelTolerance) is 0.0")
    assert "RegisterAbaloneModel" not in steps
    assert len(deployed.versions()) == registered
