"""SageMaker pipelines that stand in for those that the build makes, and the versions that they register."""

from __future__ import annotations

from typing import Any

from tests.e2e.deployed import Deployed
from tests.faults.stacks import Files
from tests.unit.localcloud.sagemaker.pipelines.definitions import output, outputs, step, text_of
from tests.unit.localcloud.sagemaker.service import image

WORK = "import time; time.sleep(1.5)"


def version_request(deployed: Deployed, files: Files) -> dict[str, Any]:
    """CreateModelPackage's members for a version that can be deployed, and scored with."""
    quality = {
        "Statistics": {"ContentType": "application/json", "S3Uri": files.statistics},
        "Constraints": {"ContentType": "application/json", "S3Uri": files.constraints},
    }
    return {
        "ModelPackageGroupName": deployed.build["ModelPackageGroupName"],
        "ModelApprovalStatus": "PendingManualApproval",
        "InferenceSpecification": {
            "Containers": [{"Image": image("sagemaker-xgboost"), "ModelDataUrl": files.model}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        "CustomerMetadataProperties": {"GoldenRecordsS3Uri": files.golden},
        "DriftCheckBaselines": {"ModelDataQuality": quality},
    }


def make_training_pipeline(deployed: Deployed, files: Files) -> None:
    """Work for a moment, so that whoever waits looks more than once; widen a baseline; register a
    version: the end of what the model repository's pipeline does."""
    role = deployed.build["SageMakerPipelineRoleArn"]
    work = step("Work", Arguments=processing_job(role, ["python3", "-c", WORK]))
    relax = step(
        "RelaxBaseline",
        "Lambda",
        DependsOn=["Work"],
        FunctionArn=deployed.build["RelaxBaselineFunctionArn"],
        Arguments={
            "constraintsS3Uri": files.constraints,
            "outputS3Uri": files.relaxed,
            "registerNewBaseline": "true",
            "tolerance": 0.1,
        },
        OutputParameters=outputs(ConstraintsS3Uri="String"),
    )
    register = step(
        "Register",
        "RegisterModel",
        Arguments=version_request(deployed, files),
        DependsOn=["RelaxBaseline"],
    )
    flags = ("SkipDataQualityCheck", "RegisterNewDataQualityBaseline")
    parameters = [
        *({"Name": name, "Type": "Boolean", "DefaultValue": False} for name in flags),
        {"Name": "InputDataUrl", "Type": "String", "DefaultValue": files.data},
        {"Name": "InputDataVersion", "Type": "String", "DefaultValue": "none"},
    ]
    _make(
        deployed,
        deployed.build["SageMakerPipelineName"],
        text_of(work, relax, register, parameters=parameters),
    )


def processing_job(role: str, entrypoint: list[str], **more: Any) -> dict[str, Any]:
    """CreateProcessingJob's members for a program, as a step has them."""
    return {
        "RoleArn": role,
        "AppSpecification": {
            "ImageUri": image("sagemaker-scikit-learn"),
            "ContainerEntrypoint": entrypoint,
        },
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 1,
            }
        },
        **more,
    }


def make_scoring_pipeline(deployed: Deployed, files: Files) -> None:
    """Find the live version, judge scores that are there already, hand them over."""
    find = step(
        "FindLiveVersion",
        "Lambda",
        FunctionArn=deployed.build["FindLiveVersionFunctionArn"],
        Arguments={"modelPackageGroupName": deployed.build["ModelPackageGroupName"]},
        OutputParameters=outputs(ModelPackageArn="String"),
    )
    judge = step(
        "JudgeScores",
        "Lambda",
        FunctionArn=deployed.build["JudgeScoresFunctionArn"],
        Arguments={
            "checkS3Uri": files.folder(files.statistics),
            "summaryS3Uri": files.summary,
            "checkSkipped": "false",
        },
        OutputParameters=outputs(Violations="Integer", Message="String", Rows="Integer"),
        DependsOn=["FindLiveVersion"],
    )
    hand_over = step(
        "HandOverScores",
        "Callback",
        SqsQueueUrl=deployed.build["HandOverQueueUrl"],
        Arguments={
            "ScoresS3Uri": files.folder(files.scores),
            "Rows": output("JudgeScores", "Rows"),
            "ModelPackageArn": output("FindLiveVersion", "ModelPackageArn"),
        },
        OutputParameters=outputs(Accepted="String", Receiver="String"),
    )
    _make(deployed, deployed.build["BatchScoringPipelineName"], text_of(find, judge, hand_over))


def _make(deployed: Deployed, name: str, definition: str) -> None:
    deployed.clients.sagemaker.create_pipeline(
        PipelineName=name,
        PipelineDefinition=definition,
        ClientRequestToken=f"{name}-of-the-fault-tests-{'x' * 32}",
        RoleArn=deployed.build["SageMakerPipelineRoleArn"],
    )
