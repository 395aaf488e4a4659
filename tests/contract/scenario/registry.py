"""The model registry: a group, a version, its approval and rejection."""

from __future__ import annotations

from typing import Any

from tests.contract.local import Local
from tests.contract.scenario.training import BUCKET, image

GROUP = "ContractGroup"


def perform(local: Local, model: str) -> str:
    """Register a version, approve it, and read the registry; the version's ARN."""
    sagemaker = local.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName=GROUP)
    version = str(_register(sagemaker, model)["ModelPackageArn"])
    sagemaker.update_model_package(
        ModelPackageArn=version, ModelApprovalStatus="Approved", ApprovalDescription="good"
    )
    sagemaker.update_model_package(
        ModelPackageArn=version, CustomerMetadataProperties={"seen": "yes"}
    )
    other = str(_register(sagemaker, model)["ModelPackageArn"])
    sagemaker.update_model_package(ModelPackageArn=other, ModelApprovalStatus="Rejected")
    sagemaker.describe_model_package(ModelPackageName=version)
    sagemaker.batch_describe_model_package(ModelPackageArnList=[version, f"{version}9"])
    sagemaker.list_model_packages(ModelPackageGroupName=GROUP)
    sagemaker.describe_model_package_group(ModelPackageGroupName=GROUP)
    sagemaker.list_model_package_groups()
    sagemaker.put_model_package_group_policy(
        ModelPackageGroupName=GROUP, ResourcePolicy='{"Version": "2012-10-17", "Statement": []}'
    )
    sagemaker.get_model_package_group_policy(ModelPackageGroupName=GROUP)
    sagemaker.delete_model_package_group_policy(ModelPackageGroupName=GROUP)
    sagemaker.delete_model_package(ModelPackageName=other)
    sagemaker.create_model_package_group(ModelPackageGroupName="dropped")
    sagemaker.delete_model_package_group(ModelPackageGroupName="dropped")
    return version


def _register(sagemaker: Any, model: str) -> dict[str, Any]:
    report = {"ContentType": "application/json", "S3Uri": f"s3://{BUCKET}/report.json"}
    made: dict[str, Any] = sagemaker.create_model_package(
        ModelPackageGroupName=GROUP,
        ModelPackageDescription="of the contract tests",
        ModelApprovalStatus="PendingManualApproval",
        InferenceSpecification={
            "Containers": [{"Image": image("sagemaker-xgboost"), "ModelDataUrl": model}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
            "SupportedRealtimeInferenceInstanceTypes": ["ml.m5.large"],
        },
        ModelMetrics={"ModelQuality": {"Statistics": report}},
        MetadataProperties={"CommitId": "0123abcd"},
    )
    return made
