"""A local cloud with real data, a real model, and a pipeline for each check of one engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xgboost

from demo import abalone_data
from tests.local_server import LocalCloud, service_principal

ROOT = Path(__file__).resolve().parents[2]
BUCKET = "checks-bucket"
REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
# The parameters' names: of the two flags, and of the supplied baseline.
NAMES = {
    "data_quality": "DataQuality",
    "data_bias": "DataBias",
    "model_quality": "ModelQuality",
    "model_bias": "ModelBias",
    "explainability": "ModelExplainability",
}
QUALITY = ("data_quality", "model_quality")
# Where DriftCheckBaselines has a check's baseline, and ModelMetrics what was computed.
PLACES = {
    "data_quality": ("ModelDataQuality", "Constraints", "Constraints"),
    "model_quality": ("ModelQuality", "Constraints", "Constraints"),
    "data_bias": ("Bias", "PreTrainingConstraints", "PreTrainingReport"),
    "model_bias": ("Bias", "PostTrainingConstraints", "PostTrainingReport"),
    "explainability": ("Explainability", "Constraints", "Report"),
}
FILES = {True: ("statistics.json", "constraints.json"), False: ("analysis.json",)}


@dataclass
class Execution:
    """An execution that has ended."""

    arn: str
    status: str
    steps: dict[str, dict[str, Any]]
    kind: str

    @property
    def output(self) -> str:
        """The key prefix of what its check wrote."""
        return f"Checks/{self.arn.rpartition('/')[2]}/checks/{self.kind}"

    @property
    def check(self) -> dict[str, Any]:
        """The check's step."""
        return self.steps[f"{NAMES[self.kind]}Check"]

    @property
    def version(self) -> str:
        """The model package that it registered."""
        return str(self.steps["Register"]["Metadata"]["RegisterModel"]["Arn"])


@dataclass
class CheckedCloud:
    """The cloud, and what the cells of the matrix share."""

    cloud: LocalCloud
    engine: str
    role: str
    definitions: dict[str, str]
    data: dict[str, str]
    groups: int = field(default=0)

    def pipeline(self, kind: str) -> tuple[str, str]:
        """A pipeline of the check with a model package group of its own; the names of both."""
        self.groups += 1
        name = f"{self.engine}-{kind}".replace("_", "-")
        own = f"{name}-{self.groups}"
        definition = self.definitions[kind].replace(f'"{name}"', f'"{own}"')
        self.sagemaker.create_pipeline(
            PipelineName=own,
            PipelineDefinition=definition,
            RoleArn=self.role,
            ClientRequestToken=own.ljust(32, "-"),
        )
        return own, own

    @property
    def sagemaker(self) -> Any:
        """A client of SageMaker."""
        return self.cloud.client("sagemaker")

    def run(
        self, pipeline: str, kind: str, *, skip: bool, register: bool, **parameters: str
    ) -> Execution:
        """Run to the end."""
        name = NAMES[kind]
        values = {
            "DataUrl": self.data[kind],
            "ModelDataUrl": self.data["model"],
            "ModelName": "checked",
            f"Skip{name}Check": str(skip),
            f"RegisterNew{name}Baseline": str(register),
            **parameters,
        }
        declared = self.definitions[kind]
        arn = self.sagemaker.start_pipeline_execution(
            PipelineName=pipeline,
            PipelineParameters=[
                {"Name": key, "Value": value}
                for key, value in values.items()
                if f'"Name": "{key}"' in declared
            ],
        )["PipelineExecutionArn"]
        waiter = _Wait(self.sagemaker, arn)
        status = waiter.status()
        steps = self.sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
        found = {step["StepName"]: step for step in steps["PipelineExecutionSteps"]}
        return Execution(arn, status, found, kind)

    def approve(self, version: str) -> None:
        """Approve a version, which makes its baselines those to compare with."""
        self.sagemaker.update_model_package(ModelPackageArn=version, ModelApprovalStatus="Approved")

    def registered(self, execution: Execution) -> tuple[dict[str, str], dict[str, str]]:
        """The S3 URIs that a version has: what was computed, and what is compared with later."""
        package = self.sagemaker.describe_model_package(ModelPackageName=execution.version)
        member, drift, metric = PLACES[execution.kind]

        def uris(of: dict[str, Any], constraints: str) -> dict[str, str]:
            names = {"Statistics": "Statistics", constraints: "Constraints"}
            return {names[name]: of[name]["S3Uri"] for name in names if name in of}

        return (
            uris(package["ModelMetrics"][member], metric),
            uris(package["DriftCheckBaselines"][member], drift),
        )

    def content(self, uri: str) -> Any:
        """The JSON object at an S3 URI."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        body = self.cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return json.loads(body)

    def files(self, execution: Execution) -> set[str]:
        """What the check wrote."""
        found = self.cloud.client("s3").list_objects_v2(
            Bucket=BUCKET, Prefix=f"{execution.output}/"
        )
        return {item["Key"].removeprefix(f"{execution.output}/") for item in found["Contents"]}

    def reason(self, execution: Execution) -> str:
        """Why the check's step failed."""
        return str(execution.check["FailureReason"])


class _Wait:
    def __init__(self, sagemaker: Any, arn: str) -> None:
        self._sagemaker = sagemaker
        self._arn = arn

    def status(self) -> str:
        from tests.e2e.deployed import wait_for

        described = wait_for(
            lambda: self._sagemaker.describe_pipeline_execution(PipelineExecutionArn=self._arn),
            lambda found: found["PipelineExecutionStatus"] not in ("Executing", "Stopping"),
            "the execution's end",
        )
        return str(described["PipelineExecutionStatus"])


def make(endpoint: str, engine: str, directory: Path) -> CheckedCloud:
    """Put data, predictions and a model where the checks find them."""
    cloud = LocalCloud(endpoint)
    s3, sagemaker = cloud.client("s3"), cloud.client("sagemaker")
    s3.create_bucket(Bucket=BUCKET)
    role = cloud.make_role("Checks", service_principal("sagemaker"))
    processing = _prepare(directory)
    data = {}
    for kind, source in (
        ("data_quality", "quality/quality.csv"),
        ("data_bias", "train/train.csv"),
        ("model_bias", "test/test.csv"),
        ("explainability", "test/test.csv"),
        ("model_quality", "predictions/test.csv.out"),
        ("model", "model/model.tar.gz"),
    ):
        s3.upload_file(str(processing / source), BUCKET, f"given/{source}")
        data[kind] = f"s3://{BUCKET}/given/{source}"
    sagemaker.create_model(
        ModelName="checked",
        ExecutionRoleArn=role,
        PrimaryContainer={
            "Image": f"{REGISTRY}/sagemaker-xgboost:3.2-0",
            "ModelDataUrl": data["model"],
        },
    )
    return CheckedCloud(cloud, engine, role, _definitions(endpoint, engine, role), data)


def _prepare(directory: Path) -> Path:
    """The made-up Abalone data, preprocessed, and a model of it with its predictions."""
    processing = directory / "processing"
    source = processing / "input" / "data"
    source.mkdir(parents=True)
    abalone_data.write(source / "abalone.csv")
    script = ROOT / "pipeline_code" / "pipelines" / "abalone" / "preprocess.py"
    subprocess.run(
        [sys.executable, str(script), "--base-dir", str(directory)], check=True, timeout=120
    )
    train = np.loadtxt(processing / "train" / "train.csv", delimiter=",")
    test = np.loadtxt(processing / "test" / "test.csv", delimiter=",")
    booster = xgboost.train({"max_depth": 5}, xgboost.DMatrix(train[:, 1:], train[:, 0]), 20)
    (processing / "model").mkdir()
    file = processing / "model" / "model.ubj"
    booster.save_model(file)
    with tarfile.open(processing / "model" / "model.tar.gz", "w:gz") as archive:
        archive.add(file, "xgboost-model")
    predictions = booster.predict(xgboost.DMatrix(test[:, 1:]))
    (processing / "predictions").mkdir()
    table = np.column_stack([test[:, 0], predictions])
    np.savetxt(processing / "predictions" / "test.csv.out", table, delimiter=",")
    return processing


def _definitions(endpoint: str, engine: str, role: str) -> dict[str, str]:
    environment = {
        # Other tests of the process may have pointed a single service elsewhere.
        **{name: text for name, text in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "SAGEMAKER_VALIDATE_ROLE": "false",
    }
    if engine == "open":
        wheels = [sys.executable, "-m", "pipelines.checks.get_wheels"]
        subprocess.run(wheels, cwd=ROOT / "pipeline_code", check=True, timeout=120)
    program = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("check_pipelines.py"))]
    made = subprocess.run(
        [*program, engine, role, BUCKET],
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-3000:]
    definitions: dict[str, str] = json.loads(made.stdout.splitlines()[-1])
    return definitions
