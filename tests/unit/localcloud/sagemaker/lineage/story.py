"""A pipeline that prepares, trains and registers; the version approved, and deployed to an endpoint."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from localcloud.cloud import current
from tests.unit.localcloud.sagemaker.service import Service, image

GROUP = "LineageGroup"
ENDPOINT = "lineage-endpoint"
COMMIT = "0123abc"
ROWS = "".join(f"{number % 7},{number},{number * number % 11}\n" for number in range(40))
SCRIPT = """
import pathlib
text = pathlib.Path("/opt/ml/processing/input/data/train.csv").read_text()
pathlib.Path("/opt/ml/processing/output/out.csv").write_text(text)
"""
CLUSTER = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}


@dataclass(frozen=True)
class Story:
    """What happened: ARNs and addresses."""

    service: Service
    execution: str
    version: str
    endpoint: str
    data: str
    code: str
    model: str
    training_job: str
    processing_job: str

    @property
    def sagemaker(self) -> Any:
        return self.service.sagemaker

    def context(self, source: str) -> str:
        """The ARN of the context of a resource."""
        (found,) = self.sagemaker.list_contexts(SourceUri=source)["ContextSummaries"]
        return str(found["ContextArn"])

    def artifact(self, uri: str) -> str:
        """The ARN of the artifact at an address."""
        (found,) = self.sagemaker.list_artifacts(SourceUri=uri)["ArtifactSummaries"]
        return str(found["ArtifactArn"])


def tell(service: Service) -> Story:
    """Do all of it."""
    sagemaker = service.sagemaker
    service.put("raw/train.csv", ROWS)
    service.put("code/prepare.py", SCRIPT)
    sagemaker.create_pipeline(
        PipelineName="Lineage",
        PipelineDefinition=json.dumps(definition(service)),
        RoleArn=service.role,
        ClientRequestToken="c" * 32,
    )
    execution = sagemaker.start_pipeline_execution(
        PipelineName="Lineage",
        PipelineExecutionDisplayName=f"commit-{COMMIT}",
        ClientRequestToken="s" * 32,
    )["PipelineExecutionArn"]

    def described() -> dict[str, Any]:
        found: dict[str, Any] = sagemaker.describe_pipeline_execution(
            PipelineExecutionArn=execution
        )
        return found

    assert current().changes.wait_until(
        lambda: described()["PipelineExecutionStatus"] != "Executing", 90
    )
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)
    metadata = {each["StepName"]: each for each in steps["PipelineExecutionSteps"]}
    assert described()["PipelineExecutionStatus"] == "Succeeded", metadata
    version = metadata["Register"]["Metadata"]["RegisterModel"]["Arn"]
    sagemaker.update_model_package(
        ModelPackageArn=version, ModelApprovalStatus="Approved", ApprovalDescription="good"
    )
    training = metadata["Train"]["Metadata"]["TrainingJob"]["Arn"]
    processing = metadata["Prepare"]["Metadata"]["ProcessingJob"]["Arn"]
    job = sagemaker.describe_training_job(TrainingJobName=training.rpartition("/")[2])
    return Story(
        service=service,
        execution=execution,
        version=version,
        endpoint=deploy(service, version),
        data=service.uri("raw"),
        code=service.uri("code"),
        model=job["ModelArtifacts"]["S3ModelArtifacts"],
        training_job=training,
        processing_job=processing,
    )


def deploy(service: Service, version: str) -> str:
    """The version on an endpoint, in service; the endpoint's ARN."""
    sagemaker = service.sagemaker
    sagemaker.create_model(
        ModelName="lineage",
        Containers=[{"ModelPackageName": version}],
        ExecutionRoleArn=service.role,
    )
    configure(service, "first")
    arn: str = sagemaker.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName="first")[
        "EndpointArn"
    ]
    in_service(service)
    return arn


def configure(service: Service, name: str) -> None:
    """A configuration with the model."""
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": "lineage",
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    service.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])


def in_service(service: Service) -> None:
    """Wait until nothing happens to the endpoint any more."""

    def status() -> str:
        return str(service.sagemaker.describe_endpoint(EndpointName=ENDPOINT)["EndpointStatus"])

    assert current().changes.wait_until(lambda: status() in ("InService", "Failed"), 60)
    assert status() == "InService"


def definition(service: Service) -> dict[str, Any]:
    """The pipeline."""
    prepared = {"Get": "Steps.Prepare.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"}
    prepare = {
        "AppSpecification": {
            "ImageUri": image("sagemaker-scikit-learn"),
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/prepare.py"],
        },
        "ProcessingResources": {"ClusterConfig": CLUSTER},
        "RoleArn": service.role,
        "ProcessingInputs": [
            _input("data", service.uri("raw")),
            _input("code", service.uri("code")),
        ],
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": "out",
                    "S3Output": {
                        "S3Uri": service.uri("prepared"),
                        "LocalPath": "/opt/ml/processing/output",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
    }
    train = {
        "AlgorithmSpecification": {
            "TrainingImage": image("sagemaker-xgboost"),
            "TrainingInputMode": "File",
        },
        "HyperParameters": {"num_round": "2", "objective": "reg:squarederror"},
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "ContentType": "text/csv",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": prepared}},
            }
        ],
        "OutputDataConfig": {"S3OutputPath": service.uri("models")},
        "ResourceConfig": CLUSTER,
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        "RoleArn": service.role,
    }
    model = {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}
    register = {
        "ModelPackageGroupName": GROUP,
        "ModelApprovalStatus": "PendingManualApproval",
        "MetadataProperties": {"CommitId": COMMIT},
        "InferenceSpecification": {
            "Containers": [{"Image": image("sagemaker-xgboost"), "ModelDataUrl": model}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    }
    return {
        "Version": "2020-12-01",
        "Steps": [
            {"Name": "Prepare", "Type": "Processing", "Arguments": prepare},
            {"Name": "Train", "Type": "Training", "Arguments": train},
            {"Name": "Register", "Type": "RegisterModel", "Arguments": register},
        ],
    }


def _input(name: str, uri: str) -> dict[str, Any]:
    location = {
        "S3Uri": uri,
        "LocalPath": f"/opt/ml/processing/input/{name}",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    }
    return {"InputName": name, "S3Input": location}
