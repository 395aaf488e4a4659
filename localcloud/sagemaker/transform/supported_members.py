"""What CreateTransformJob may say here; the rest is refused by name.

Known differences that are accepted because nothing of them can be seen from outside: instance type and
volume (the laptop's), the number of instances (one process serves for all of them), experiments.
"""

from __future__ import annotations

from localcloud.sagemaker.jobs.supported_members import Members

TRANSFORM_JOB: Members = {
    "TransformJobName": True,
    "ModelName": True,
    "MaxConcurrentTransforms": True,
    "ModelClientConfig": {"InvocationsTimeoutInSeconds": True, "InvocationsMaxRetries": True},
    "MaxPayloadInMB": True,
    "BatchStrategy": True,
    "Environment": True,
    "TransformInput": {
        "DataSource": {"S3DataSource": {"S3DataType": {"S3Prefix", "ManifestFile"}, "S3Uri": True}},
        "ContentType": True,
        "CompressionType": {"None", "Gzip"},
        "SplitType": {"None", "Line"},
    },
    "TransformOutput": {
        "S3OutputPath": True,
        "Accept": True,
        "AssembleWith": {"None", "Line"},
        "KmsKeyId": True,
    },
    "TransformResources": {"InstanceType": True, "InstanceCount": True, "VolumeKmsKeyId": True},
    "DataProcessing": {"InputFilter": True, "OutputFilter": True, "JoinSource": True},
    "Tags": True,
    "ExperimentConfig": True,
}
