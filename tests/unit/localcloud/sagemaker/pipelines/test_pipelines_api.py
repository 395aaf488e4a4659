"""SageMaker Pipelines through boto3, on a running local cloud."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from localcloud.cloud import current
from tests.local_server import service_principal, trust

from .conftest import refusal_of
from .definitions import LIMIT, checking, step, text_of

API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference"

_numbers = itertools.count(1)

SCRIPT = """
import json, pathlib
out = pathlib.Path("/opt/ml/processing/out")
out.joinpath("report.json").write_text(json.dumps({"mse": 4.5}))
"""


@pytest.fixture
def pipeline(sagemaker: Any, role: str) -> str:
    """The name of a new pipeline."""
    name = f"Pipeline-{next(_numbers)}"
    sagemaker.create_pipeline(PipelineName=name, PipelineDefinition=checking(), RoleArn=role)
    return name


def finished(sagemaker: Any, arn: str) -> dict[str, Any]:
    """The execution, once it has ended."""
    found: dict[str, Any] = {}

    def ended() -> bool:
        found.update(sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn))
        return found["PipelineExecutionStatus"] not in ("Executing", "Stopping")

    assert current().changes.wait_until(ended, 60)
    return found


@pytest.mark.documented(f"{API}/API_StartPipelineExecution.html")
def test_execution_runs_and_is_described(sagemaker: Any, pipeline: str, role: str) -> None:
    started = sagemaker.start_pipeline_execution(
        PipelineName=pipeline,
        PipelineExecutionDisplayName="commit-1",
        PipelineParameters=[{"Name": "Limit", "Value": "5"}, {"Name": "Relaxed", "Value": "True"}],
    )
    arn = started["PipelineExecutionArn"]
    execution = finished(sagemaker, arn)
    assert execution["PipelineExecutionStatus"] == "Succeeded"
    assert execution["PipelineExecutionDisplayName"] == "commit-1"
    assert execution["PipelineVersionId"] == 1
    assert execution["CreatedBy"]["IamIdentity"]["Arn"].startswith("arn:aws:")
    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    register, check = listed["PipelineExecutionSteps"]
    assert check["StepName"] == "Check"
    assert check["StepDisplayName"] == "The check"
    assert check["Metadata"] == {"Condition": {"Outcome": "True"}}
    package_arn = register["Metadata"]["RegisterModel"]["Arn"]
    package = sagemaker.describe_model_package(ModelPackageName=package_arn)
    assert package["MetadataProperties"] == {"GeneratedBy": arn}
    assert package["CreatedBy"]["IamIdentity"]["Arn"].endswith(":assumed-role/Pipeline/SageMaker")
    parameters = sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)
    assert parameters["PipelineParameters"] == [
        {"Name": "Limit", "Value": "5.0"},
        {"Name": "Relaxed", "Value": "true"},
    ]
    text = sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)
    assert text["PipelineDefinition"] == checking()


def test_failed_execution_says_why(sagemaker: Any, pipeline: str) -> None:
    arn = sagemaker.start_pipeline_execution(
        PipelineName=pipeline, PipelineParameters=[{"Name": "Limit", "Value": "1.5"}]
    )["PipelineExecutionArn"]
    execution = finished(sagemaker, arn)
    assert execution["PipelineExecutionStatus"] == "Failed"
    assert execution["FailureReason"] == "Step failure: One or multiple steps failed."
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    assert steps["PipelineExecutionSteps"][0]["FailureReason"] == "limit 1.5"
    (summary,) = sagemaker.list_pipeline_executions(PipelineName=pipeline)[
        "PipelineExecutionSummaries"
    ]
    assert summary["PipelineExecutionFailureReason"] == execution["FailureReason"]


@pytest.mark.documented(f"{API}/API_StartPipelineExecution.html")
def test_execution_is_started_once_when_the_token_is_the_same(
    sagemaker: Any, pipeline: str
) -> None:
    request = {"PipelineName": pipeline, "ClientRequestToken": str(uuid.uuid4())}
    arns = {sagemaker.start_pipeline_execution(**request)["PipelineExecutionArn"] for _ in "ab"}
    assert len(arns) == 1
    listed = sagemaker.list_pipeline_executions(PipelineName=pipeline)
    assert len(listed["PipelineExecutionSummaries"]) == 1


@pytest.mark.documented(f"{API}/API_UpdatePipeline.html")
def test_update_makes_a_version_when_the_definition_changes(sagemaker: Any, pipeline: str) -> None:
    same = sagemaker.update_pipeline(PipelineName=pipeline, PipelineDefinition=checking())
    assert same["PipelineVersionId"] == 1
    changed = sagemaker.update_pipeline(PipelineName=pipeline, PipelineDefinition=checking(9.5))
    assert changed["PipelineVersionId"] == 2
    described = sagemaker.describe_pipeline(PipelineName=changed["PipelineArn"])
    assert described["PipelineDefinition"] == checking(9.5)
    first = sagemaker.describe_pipeline(PipelineName=pipeline, PipelineVersionId=1)
    assert first["PipelineDefinition"] == checking()
    versions = sagemaker.list_pipeline_versions(PipelineName=pipeline)["PipelineVersionSummaries"]
    assert [version["PipelineVersionId"] for version in versions] == [2, 1]
    arn = sagemaker.start_pipeline_execution(PipelineName=pipeline)["PipelineExecutionArn"]
    assert finished(sagemaker, arn)["PipelineExecutionStatus"] == "Failed"


def test_definition_is_read_from_s3(
    sagemaker: Any, client: Callable[[str], Any], role: str
) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="definitions")
    s3.put_object(Bucket="definitions", Key="d.json", Body=checking().encode())
    location = {"Bucket": "definitions", "ObjectKey": "d.json"}
    sagemaker.create_pipeline(
        PipelineName="FromS3", PipelineDefinitionS3Location=location, RoleArn=role
    )
    assert sagemaker.describe_pipeline(PipelineName="FromS3")["PipelineDefinition"] == checking()


def test_create_is_refused_when_the_name_is_taken(sagemaker: Any, pipeline: str, role: str) -> None:
    code, message = refusal_of(
        sagemaker.create_pipeline,
        PipelineName=pipeline,
        PipelineDefinition=checking(),
        RoleArn=role,
    )
    assert code == "ValidationException"
    assert "Pipeline names must be unique within an AWS account and region." in message


def test_create_is_refused_when_sagemaker_cannot_assume_the_role(
    sagemaker: Any, client: Callable[[str], Any]
) -> None:
    made = client("iam").create_role(
        RoleName="Other", AssumeRolePolicyDocument=trust(service_principal("lambda"))
    )
    for arn in (made["Role"]["Arn"], "arn:aws:iam::123456789012:role/Absent"):
        code, message = refusal_of(
            sagemaker.create_pipeline, PipelineName="P", PipelineDefinition=checking(), RoleArn=arn
        )
        assert (code, message.split(".")[0]) == (
            "ValidationException",
            f"Could not assume role {arn}",
        )


@pytest.mark.documented(f"{API}/API_DescribePipeline.html")
def test_what_does_not_exist_is_a_resource_not_found(sagemaker: Any) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/nope/execution/abcdefghijkl"
    for call, request in (
        (sagemaker.describe_pipeline, {"PipelineName": "Nope"}),
        (sagemaker.start_pipeline_execution, {"PipelineName": "Nope"}),
        (sagemaker.describe_pipeline_execution, {"PipelineExecutionArn": arn}),
        (sagemaker.list_pipeline_execution_steps, {"PipelineExecutionArn": arn}),
    ):
        code, message = refusal_of(call, **request)
        assert (code, message.endswith("does not exist.")) == ("ResourceNotFound", True)


def test_unsupported_members_are_refused_by_name(sagemaker: Any, pipeline: str) -> None:
    code, message = refusal_of(
        sagemaker.start_pipeline_execution, PipelineName=pipeline, MlflowExperimentName="e"
    )
    assert code == "ValidationException"
    assert "StartPipelineExecution member 'MlflowExperimentName'; supported: " in message


def test_pipelines_are_listed_in_pages(sagemaker: Any, pipeline: str) -> None:
    pages = sagemaker.get_paginator("list_pipelines").paginate(
        PipelineNamePrefix="Pipeline", PaginationConfig={"PageSize": 2}
    )
    names = [item["PipelineName"] for page in pages for item in page["PipelineSummaries"]]
    assert names[0] == pipeline
    assert len(names) == len(set(names)) > 2


def test_tag_is_replaced_when_its_key_is_there(sagemaker: Any, pipeline: str) -> None:
    arn = sagemaker.describe_pipeline(PipelineName=pipeline)["PipelineArn"]
    for value in ("1", "2"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "k", "Value": value}])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "k", "Value": "2"}]


def test_job_runs_and_its_property_file_decides(
    sagemaker: Any, client: Callable[[str], Any], role: str
) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="jobs")
    s3.put_object(Bucket="jobs", Key="code/script.py", Body=SCRIPT.encode())
    definition = text_of(
        step(
            "Evaluate",
            Arguments=real_processing(role),
            PropertyFiles=[
                {"PropertyFileName": "Report", "OutputName": "out", "FilePath": "report.json"}
            ],
        ),
        *json.loads(checking(reported("mse")))["Steps"],
        parameters=[LIMIT],
    )
    sagemaker.create_pipeline(PipelineName="Jobs", PipelineDefinition=definition, RoleArn=role)
    arn = sagemaker.start_pipeline_execution(PipelineName="Jobs")["PipelineExecutionArn"]
    steps = sagemaker.list_pipeline_execution_steps
    assert finished(sagemaker, arn)["PipelineExecutionStatus"] == "Succeeded", steps(
        PipelineExecutionArn=arn
    )
    evaluate = steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"][-1]
    name = evaluate["Metadata"]["ProcessingJob"]["Arn"].rpartition("/")[2]
    assert name.startswith(f"pipelines-{arn.rpartition('/')[2]}-evaluate-")


def test_running_execution_is_stopped_and_keeps_its_pipeline(
    sagemaker: Any, client: Callable[[str], Any], role: str
) -> None:
    client("s3").create_bucket(Bucket="waiting")
    code = b"import threading; threading.Event().wait()"
    client("s3").put_object(Bucket="waiting", Key="code/script.py", Body=code)
    definition = text_of(step("Wait", Arguments=real_processing(role, "waiting")))
    sagemaker.create_pipeline(PipelineName="Waiting", PipelineDefinition=definition, RoleArn=role)
    arn = sagemaker.start_pipeline_execution(PipelineName="Waiting")["PipelineExecutionArn"]
    code_, message = refusal_of(sagemaker.delete_pipeline, PipelineName="Waiting")
    assert (code_, arn in message) == ("ConflictException", True)
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)
    assert finished(sagemaker, arn)["PipelineExecutionStatus"] == "Stopped"
    sagemaker.delete_pipeline(PipelineName="Waiting")
    assert refusal_of(sagemaker.describe_pipeline, PipelineName="Waiting")[0] == "ResourceNotFound"


def reported(path: str) -> dict[str, Any]:
    get = {"Get": "Steps.Evaluate.PropertyFiles.Report"}
    return {"Std:JsonGet": {"PropertyFile": get, "Path": path}}


def real_processing(role: str, bucket: str = "jobs") -> dict[str, Any]:
    """The arguments of a processing job that runs `code/script.py` of a bucket."""
    output = {
        "S3Uri": {"Std:Join": {"On": "/", "Values": [
            f"s3://{bucket}", {"Get": "Execution.PipelineExecutionId"}]}},
        "LocalPath": "/opt/ml/processing/out",
        "S3UploadMode": "EndOfJob",
    }  # fmt: skip
    source = {
        "S3Uri": f"s3://{bucket}/code/script.py",
        "LocalPath": "/opt/ml/processing/input/code",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    }
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3"
    cluster = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
    return {
        "ProcessingResources": {"ClusterConfig": cluster},
        "AppSpecification": {
            "ImageUri": image,
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/script.py"],
        },
        "RoleArn": role,
        "ProcessingInputs": [{"InputName": "code", "S3Input": source}],
        "ProcessingOutputConfig": {"Outputs": [{"OutputName": "out", "S3Output": output}]},
    }
