"""The configuration files that SageMaker writes below `/opt/ml` before a container starts.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from localcloud.sagemaker.containers.container import ContainerDirectory

HOST = "algo-1"


def write_training(
    directory: ContainerDirectory,
    *,
    hyperparameters: Mapping[str, str],
    channels: Sequence[Mapping[str, Any]],
    input_mode: str,
    instance_type: str,
    hosts: Sequence[str] = (HOST,),
    current_host: str = HOST,
) -> None:
    """Write /opt/ml/input/config and make the directories that a training container writes to."""
    config = directory.make("input", "config")
    for name, content in (
        ("hyperparameters.json", dict(hyperparameters)),
        ("inputdataconfig.json", input_data_config(channels, input_mode)),
        ("resourceconfig.json", resource_config(instance_type, hosts, current_host)),
    ):
        (config / name).write_text(json.dumps(content))
    for parts in (("model",), ("output", "data"), ("input", "data"), ("checkpoints",)):
        directory.make(*parts)


def input_data_config(
    channels: Sequence[Mapping[str, Any]], input_mode: str
) -> dict[str, dict[str, str]]:
    """inputdataconfig.json: what each channel holds; ContentType only where the job gave one."""
    described = {}
    for channel in channels:
        source = channel["DataSource"]["S3DataSource"]
        entry = {
            "TrainingInputMode": channel.get("InputMode") or input_mode,
            "S3DistributionType": source.get("S3DataDistributionType") or "FullyReplicated",
            "RecordWrapperType": channel.get("RecordWrapperType") or "None",
        }
        if channel.get("ContentType"):
            entry["ContentType"] = channel["ContentType"]
        described[channel["ChannelName"]] = entry
    return described


def resource_config(
    instance_type: str, hosts: Sequence[str] = (HOST,), current_host: str = HOST
) -> dict[str, Any]:
    """resourceconfig.json of one of a job's hosts."""
    return {
        "current_host": current_host,
        "current_instance_type": instance_type,
        "current_group_name": "homogeneousCluster",
        "hosts": list(hosts),
        "instance_groups": [
            {
                "instance_group_name": "homogeneousCluster",
                "instance_type": instance_type,
                "hosts": list(hosts),
            }
        ],
        "network_interface_name": "eth0",
    }


def write_processing(directory: ContainerDirectory, job: Mapping[str, Any]) -> None:
    """Write /opt/ml/config and make the directories that a processing container writes to.

    `job` is the job as DescribeProcessingJob describes it.
    """
    config = directory.make("config")
    (config / "processingjobconfig.json").write_text(json.dumps(processing_job_config(job)))
    (config / "resourceconfig.json").write_text(json.dumps({"current_host": HOST, "hosts": [HOST]}))
    directory.make("output")
    directory.make("processing")


def processing_job_config(job: Mapping[str, Any]) -> dict[str, Any]:
    """processingjobconfig.json, keys and their order as in AWS's page."""
    names = (
        "ProcessingJobArn",
        "ProcessingJobName",
        "AppSpecification",
        "Environment",
        "ProcessingInputs",
        "ProcessingOutputConfig",
        "ProcessingResources",
        "RoleArn",
        "StoppingCondition",
    )
    return {name: job.get(name) for name in names}
