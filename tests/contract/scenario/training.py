"""SageMaker pipelines and jobs: one that prepares and trains, and one that fails."""

from __future__ import annotations

import json
from typing import Any

from localcloud.sagemaker.containers import images
from tests.contract.local import Local

PIPELINE = "ContractPipeline"
BUCKET = "contract-data"
ROWS = "".join(f"{number % 7},{number},{number * number % 11}\n" for number in range(40))
SCRIPT = """
import pathlib
text = pathlib.Path("/opt/ml/processing/input/data/train.csv").read_text()
pathlib.Path("/opt/ml/processing/output/out.csv").write_text(text)
"""
CLUSTER = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}


def image(repository: str) -> str:
    """The address of an image that is known here."""
    (tag,) = [known for known in images.known() if known.startswith(f"{repository}:")]
    return f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{tag}"


def start(local: Local) -> str:
    """Make the pipeline and start it; the execution's ARN."""
    s3, sagemaker = local.client("s3"), local.client("sagemaker")
    local.bucket(BUCKET)
    s3.put_object(Bucket=BUCKET, Key="raw/train.csv", Body=ROWS.encode())
    s3.put_object(Bucket=BUCKET, Key="code/prepare.py", Body=SCRIPT.encode())
    role = local.role("contract-training", "sagemaker")
    definition = json.dumps(_definition(role))
    made = sagemaker.create_pipeline(
        PipelineName=PIPELINE,
        PipelineDefinition=definition,
        RoleArn=role,
        ClientRequestToken="c" * 32,
        Tags=[{"Key": "a", "Value": "b"}],
    )
    started = sagemaker.start_pipeline_execution(
        PipelineName=PIPELINE,
        PipelineExecutionDisplayName="contract",
        PipelineExecutionDescription="of the contract tests",
        ClientRequestToken="s" * 32,
    )
    sagemaker.update_pipeline(PipelineName=PIPELINE, PipelineDefinition=definition, RoleArn=role)
    sagemaker.list_tags(ResourceArn=made["PipelineArn"])
    sagemaker.add_tags(ResourceArn=made["PipelineArn"], Tags=[{"Key": "c", "Value": "d"}])
    return str(started["PipelineExecutionArn"])


def finish(local: Local, execution: str) -> str:
    """Wait for the execution, and read all of it; the model's address."""
    sagemaker = local.client("sagemaker")
    _ended(local, execution, "Failed")
    sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)
    sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=execution)
    sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=execution)
    sagemaker.list_pipeline_executions(PipelineName=PIPELINE)
    sagemaker.describe_pipeline(PipelineName=PIPELINE)
    sagemaker.list_pipeline_versions(PipelineName=PIPELINE)
    sagemaker.list_pipelines()
    job = sagemaker.list_training_jobs()["TrainingJobSummaries"][0]["TrainingJobName"]
    processing = sagemaker.list_processing_jobs()["ProcessingJobSummaries"][0]
    sagemaker.describe_processing_job(ProcessingJobName=processing["ProcessingJobName"])
    described: dict[str, Any] = sagemaker.describe_training_job(TrainingJobName=job)
    _stop(local)
    sagemaker.delete_pipeline(PipelineName=PIPELINE, ClientRequestToken="d" * 32)
    return str(described["ModelArtifacts"]["S3ModelArtifacts"])


def _stop(local: Local) -> None:
    """Start an execution and stop it while a job of it runs."""
    sagemaker = local.client("sagemaker")
    execution = sagemaker.start_pipeline_execution(
        PipelineName=PIPELINE, ClientRequestToken="t" * 32
    )["PipelineExecutionArn"]
    found: list[str] = []

    def runs() -> bool:
        steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)
        found[:] = [
            step["Metadata"]["ProcessingJob"]["Arn"]
            for step in steps["PipelineExecutionSteps"]
            if "ProcessingJob" in step.get("Metadata", {})
        ]
        return bool(found)

    local.until(runs, "the job of a step runs")
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution, ClientRequestToken="u" * 32)
    _ended(local, execution, "Stopped")


def _ended(local: Local, execution: str, status: str) -> None:
    sagemaker = local.client("sagemaker")
    local.until(
        lambda: (
            sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)[
                "PipelineExecutionStatus"
            ]
            == status
        ),
        f"the execution is {status}",
    )


def _definition(role: str) -> dict[str, Any]:
    prepare = {
        "AppSpecification": {
            "ImageUri": image("sagemaker-scikit-learn"),
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/prepare.py"],
        },
        "ProcessingResources": {"ClusterConfig": CLUSTER},
        "RoleArn": role,
        "ProcessingInputs": [_input("data", "raw"), _input("code", "code")],
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": "out",
                    "S3Output": {
                        "S3Uri": f"s3://{BUCKET}/prepared",
                        "LocalPath": "/opt/ml/processing/output",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
        "Environment": {"A": "b"},
    }
    return {
        "Version": "2020-12-01",
        "Parameters": [{"Name": "Rounds", "Type": "String", "DefaultValue": "2"}],
        "Steps": [
            {"Name": "Prepare", "Type": "Processing", "Arguments": prepare},
            {"Name": "Train", "Type": "Training", "Arguments": _training(role)},
            {
                "Name": "Fail",
                "Type": "Fail",
                "Arguments": {"ErrorMessage": "as the definition says"},
                "DependsOn": ["Train"],
            },
        ],
    }


def _input(name: str, prefix: str) -> dict[str, Any]:
    return {
        "InputName": name,
        "AppManaged": False,
        "S3Input": {
            "S3Uri": f"s3://{BUCKET}/{prefix}",
            "LocalPath": f"/opt/ml/processing/input/{name}",
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
            "S3CompressionType": "None",
        },
    }


def _training(role: str) -> dict[str, Any]:
    prepared = {
        "Get": "Steps.Prepare.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri",
    }
    source = {
        "S3DataType": "S3Prefix",
        "S3Uri": prepared,
        "S3DataDistributionType": "FullyReplicated",
    }
    return {
        "AlgorithmSpecification": {
            "TrainingImage": image("sagemaker-xgboost"),
            "TrainingInputMode": "File",
        },
        "HyperParameters": {
            "num_round": {"Get": "Parameters.Rounds"},
            "objective": "reg:squarederror",
        },
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "ContentType": "text/csv",
                "DataSource": {"S3DataSource": source},
            }
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "ResourceConfig": CLUSTER,
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "RoleArn": role,
    }
