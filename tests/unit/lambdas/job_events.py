"""Events of CodePipeline's Lambda action, in the form of AWS's example, and a manifest to hand over.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

JOB_ID = "11111111-abcd-1111-abcd-111111abcdef"
SECRET = "EXAMPLESECRETACCESSKEY"
REGISTRY = "arn:aws:sagemaker:us-east-1:123456789012:model-package/abalonepackagegroup"
STORE = "artifact-store"
MANIFEST_KEY = "abalone-model-deploy/Manifest/TdOSFRV"
GROUP = "AbalonePackageGroup"
REGISTERED_AT = datetime(2021, 6, 3, tzinfo=UTC)


def stage_settings(stage: str, **changes: Any) -> dict[str, Any]:
    """A stage's settings as a manifest has them."""
    return {
        "endpointName": f"abalone-{stage}",
        "target": {
            "accountId": "123456789012",
            "region": "us-east-1",
            "roleArn": f"arn:aws:iam::123456789012:role/abalone-{stage}-deployment",
            "externalId": "slipway-abalone",
        },
        "executionRoleArn": "arn:aws:iam::123456789012:role/endpoint",
        "instances": {"instanceType": "ml.m5.large", "initialInstanceCount": 1},
        "update": {"type": "ALL_AT_ONCE", "waitSeconds": 0, "finalBakeSeconds": 0},
        "keepVersions": 3,
        **changes,
    }


STAGES = {stage: stage_settings(stage) for stage in ("staging", "prod")}


def job_event(
    user_parameters: Mapping[str, Any] | str,
    *,
    continuation: Mapping[str, Any] | str | None = None,
    artifacts: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The event of a job; each artifact lies at MANIFEST_KEY of the STORE."""
    text = user_parameters if isinstance(user_parameters, str) else json.dumps(user_parameters)
    data: dict[str, Any] = {
        "actionConfiguration": {"configuration": {"FunctionName": "f", "UserParameters": text}},
        "inputArtifacts": [
            {
                "name": name,
                "revision": None,
                "location": {
                    "type": "S3",
                    "s3Location": {"bucketName": STORE, "objectKey": MANIFEST_KEY},
                },
            }
            for name in artifacts
        ],
        "outputArtifacts": [],
        "artifactCredentials": {
            "accessKeyId": "EXAMPLEACCESSKEYID",
            "secretAccessKey": SECRET,
            "sessionToken": "IQoJb3JpZ2luX2VjEA",
            "expirationTime": 1575493418000,
        },
    }
    if continuation is not None:
        text = continuation if isinstance(continuation, str) else json.dumps(continuation)
        data["continuationToken"] = text
    return {"CodePipeline.job": {"id": JOB_ID, "accountId": "123456789012", "data": data}}


def described_package(version: int = 7, **changes: Any) -> dict[str, Any]:
    """DescribeModelPackage's response for a version of the group."""
    return {
        "ModelPackageName": f"abalonepackagegroup/{version}",
        "ModelPackageGroupName": "AbalonePackageGroup",
        "ModelPackageVersion": version,
        "ModelPackageArn": f"{REGISTRY}/{version}",
        "CreationTime": REGISTERED_AT,
        "InferenceSpecification": {
            "Containers": [
                {"Image": "sagemaker-xgboost:1.7-1", "ModelDataUrl": "s3://models/7/model.tar.gz"}
            ]
        },
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "ModelApprovalStatus": "Approved",
        **changes,
    }
