"""The configuration files below /opt/ml."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from localcloud.sagemaker.containers import layout
from localcloud.sagemaker.containers.container import ContainerDirectory


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html"
)
def test_training_container_finds_its_configuration(tmp_path: Path) -> None:
    directory = ContainerDirectory(tmp_path)
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/train"}}
    layout.write_training(
        directory,
        hyperparameters={"num_round": "5"},
        channels=[
            {"ChannelName": "train", "DataSource": source, "ContentType": "text/csv"},
            {"ChannelName": "code", "DataSource": source},
        ],
        input_mode="File",
        instance_type="ml.m5.large",
    )
    config = directory.ml / "input" / "config"
    assert json.loads((config / "hyperparameters.json").read_text()) == {"num_round": "5"}
    defaults = {
        "TrainingInputMode": "File",
        "S3DistributionType": "FullyReplicated",
        "RecordWrapperType": "None",
    }
    assert json.loads((config / "inputdataconfig.json").read_text()) == {
        "train": {**defaults, "ContentType": "text/csv"},
        "code": defaults,
    }
    resources = json.loads((config / "resourceconfig.json").read_text())
    assert (resources["current_host"], resources["hosts"]) == ("algo-1", ["algo-1"])
    for parts in ("model", "output/data", "input/data"):
        assert (directory.ml / parts).is_dir()


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html"
)
def test_processing_container_finds_its_configuration(tmp_path: Path) -> None:
    directory = ContainerDirectory(tmp_path)
    layout.write_processing(directory, {"ProcessingJobName": "job", "ProcessingJobStatus": "x"})
    config = directory.ml / "config"
    written = json.loads((config / "processingjobconfig.json").read_text())
    assert list(written) == [
        "ProcessingJobArn",
        "ProcessingJobName",
        "AppSpecification",
        "Environment",
        "ProcessingInputs",
        "ProcessingOutputConfig",
        "ProcessingResources",
        "RoleArn",
        "StoppingCondition",
    ]
    assert written["ProcessingJobName"] == "job"
    resources = json.loads((config / "resourceconfig.json").read_text())
    assert resources == {"current_host": "algo-1", "hosts": ["algo-1"]}


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html"
)
def test_several_hosts_know_each_other() -> None:
    hosts = ["algo-1", "algo-2"]
    config = layout.resource_config("ml.m5.large", hosts, "algo-2")
    assert config["hosts"] == hosts
    assert config["current_host"] == "algo-2"
    assert config["instance_groups"][0]["hosts"] == hosts
