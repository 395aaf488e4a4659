"""What a job's request may say here, and the refusal of what it may say only on AWS.

Known differences that are accepted because nothing of them can be seen from outside: instance type
and volume (the laptop's), volume encryption, encryption between instances (they are one machine's),
experiments (no lineage is kept), retries of internal errors (there are none), the VPC (see `network`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.errors import unsupported

# A member maps to True (any value), a set (these values), a dict (a structure, or a list of them).
Members = Mapping[str, Any]

VPC: Members = {"SecurityGroupIds": True, "Subnets": True}
_NETWORK: Members = {"EnableInterContainerTrafficEncryption": True, "VpcConfig": VPC}
_CLUSTER: Members = {
    "InstanceCount": {1},
    "InstanceType": True,
    "VolumeSizeInGB": True,
    "VolumeKmsKeyId": True,
}
_DISTRIBUTION = {"FullyReplicated", "ShardedByS3Key"}

PROCESSING_JOB: Members = {
    "ProcessingJobName": True,
    "ProcessingInputs": {
        "InputName": True,
        "S3Input": {
            "S3Uri": True,
            "LocalPath": True,
            "S3DataType": {"S3Prefix"},
            "S3InputMode": {"File"},
            # With one instance both mean all of the data.
            "S3DataDistributionType": _DISTRIBUTION,
            "S3CompressionType": {"None"},
        },
    },
    "ProcessingOutputConfig": {
        "Outputs": {
            "OutputName": True,
            "S3Output": {"S3Uri": True, "LocalPath": True, "S3UploadMode": True},
        },
        "KmsKeyId": True,
    },
    "ProcessingResources": {"ClusterConfig": _CLUSTER},
    "StoppingCondition": {"MaxRuntimeInSeconds": True},
    "AppSpecification": {
        "ImageUri": True,
        "ContainerEntrypoint": True,
        "ContainerArguments": True,
    },
    "Environment": True,
    "NetworkConfig": _NETWORK,
    "RoleArn": True,
    "Tags": True,
    "ExperimentConfig": True,
}

TRAINING_JOB: Members = {
    "TrainingJobName": True,
    "HyperParameters": True,
    "AlgorithmSpecification": {
        "TrainingImage": True,
        # FastFile streams what File downloads; the files look the same.
        "TrainingInputMode": {"File", "FastFile"},
        "MetricDefinitions": True,
        "EnableSageMakerMetricsTimeSeries": True,
        "ContainerEntrypoint": True,
        "ContainerArguments": True,
    },
    "RoleArn": True,
    "InputDataConfig": {
        "ChannelName": True,
        "DataSource": {
            "S3DataSource": {
                "S3DataType": {"S3Prefix"},
                "S3Uri": True,
                "S3DataDistributionType": _DISTRIBUTION,
            }
        },
        "ContentType": True,
        "CompressionType": {"None"},
        "RecordWrapperType": {"None"},
        "InputMode": {"File", "FastFile"},
    },
    "OutputDataConfig": {"S3OutputPath": True, "KmsKeyId": True, "CompressionType": {"GZIP"}},
    # What can share its work is the image's to say.
    "ResourceConfig": {**_CLUSTER, "InstanceCount": True},
    "StoppingCondition": {"MaxRuntimeInSeconds": True},
    "Tags": True,
    "VpcConfig": VPC,
    "EnableInterContainerTrafficEncryption": True,
    "Environment": True,
    "ExperimentConfig": True,
    "ProfilerConfig": {"DisableProfiler": {True}},
    "RetryStrategy": True,
}


def require_supported(operation: str, request: Any, members: Members, path: str = "") -> None:
    """Refuse, by name, the first member or value that the local cloud does not implement.

    A member that is absent, false or empty asks for nothing.
    """
    if isinstance(request, list):
        for item in request:
            require_supported(operation, item, members, path)
        return
    for name, value in request.items():
        where = f"{path}.{name}" if path else name
        if not value:
            continue
        if name not in members:
            raise unsupported(f"{operation} member", where, members)
        allowed = members[name]
        if isinstance(allowed, set):
            if value not in allowed:
                raise unsupported(f"{operation} {where}", value, allowed)
        elif allowed is not True:
            require_supported(operation, value, allowed, where)
