"""The step that `examples/spark_step.py` makes. Spark itself is not part of these tests' environment."""

from __future__ import annotations

import json

from examples.spark_step import spark_preprocess_step
from offline_aws import OfflineAws
from pipelines.jobs import JobSettings
from sagemaker.core.workflow.parameters import ParameterString
from sagemaker.mlops.workflow.pipeline import Pipeline

REGION = "us-east-1"


def test_spark_step_runs_on_the_instances_it_is_given() -> None:
    session = OfflineAws(REGION, "example-bucket").pipeline_session()
    data = ParameterString("InputDataUrl", default_value="s3://example-bucket/data/")
    instance_type = ParameterString("InstanceType", default_value="ml.m5.xlarge")
    jobs = JobSettings(
        session=session,
        region=REGION,
        role="arn:aws:iam::123456789012:role/SageMakerExecutionRole",
        bucket="example-bucket",
        prefix="Abalone",
        processing_instance_type=instance_type,
        transform_instance_type=instance_type,
    )
    step = spark_preprocess_step(jobs, data, instance_count=4, shards=16)
    pipeline = Pipeline("Spark", parameters=[data], steps=[step], sagemaker_session=session)
    (defined,) = json.loads(pipeline.definition())["Steps"]
    job = defined["Arguments"]
    assert job["ProcessingResources"]["ClusterConfig"]["InstanceCount"] == 4
    application = job["AppSpecification"]
    assert application["ImageUri"].endswith("/sagemaker-spark-processing:3.5-cpu")
    assert application["ContainerEntrypoint"] == [
        "smspark-submit",
        "/opt/ml/processing/input/code/spark_preprocess.py",
    ]
    assert application["ContainerArguments"][:2] == ["--input", {"Get": "Parameters.InputDataUrl"}]
    (output,) = job["ProcessingOutputConfig"]["Outputs"]
    assert output["OutputName"] == "features"
