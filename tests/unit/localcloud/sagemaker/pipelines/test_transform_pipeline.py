"""A pipeline on a whole local cloud that makes a model and transforms with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from localcloud.cloud import current
from tests.unit.localcloud.sagemaker.artifacts import echoing
from tests.unit.localcloud.sagemaker.service import image

from .definitions import step, text_of, transform, transform_source

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html"
)


def test_a_pipeline_makes_a_model_and_transforms(
    client: Callable[[str], Any], sagemaker: Any, role: str
) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="transform")
    s3.put_object(Bucket="transform", Key="model/model.tar.gz", Body=echoing())
    s3.put_object(Bucket="transform", Key="in/a.csv", Body=b"1,0\n4,0\n")
    container = {
        "Image": image("sagemaker-xgboost"),
        "ModelDataUrl": "s3://transform/model/model.tar.gz",
    }
    arguments = transform(
        ModelName={"Get": "Steps.Make.ModelName"},
        TransformInput=transform_source("s3://transform/in/"),
        TransformOutput={"S3OutputPath": "s3://transform/out", "AssembleWith": "Line"},
    )
    definition = text_of(
        step("Make", "Model", Arguments={"ExecutionRoleArn": role, "PrimaryContainer": container}),
        step("Score", "Transform", Arguments=arguments),
    )
    sagemaker.create_pipeline(
        PipelineName="Scoring",
        PipelineDefinition=definition,
        RoleArn=role,
        ClientRequestToken="t" * 32,
    )
    execution = sagemaker.start_pipeline_execution(PipelineName="Scoring")["PipelineExecutionArn"]

    def status() -> str:
        described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
        return str(described["PipelineExecutionStatus"])

    assert current().changes.wait_until(lambda: status() not in ("Executing",), 60)
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)
    assert status() == "Succeeded", json.dumps(steps, default=str)
    score = steps["PipelineExecutionSteps"][0]
    (listed,) = sagemaker.list_transform_jobs()["TransformJobSummaries"]
    assert score["Metadata"] == {"TransformJob": {"Arn": listed["TransformJobArn"]}}
    body = s3.get_object(Bucket="transform", Key="out/a.csv.out")["Body"].read()
    assert body == b"1.0\n4.0\n"
