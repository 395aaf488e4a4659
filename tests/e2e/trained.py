"""Models that are trained beside any cloud, by the pipeline's own scripts, and versions made of them: a
version in a second, with the files that a run of the pipeline would have registered it with."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
import xgboost

from demo import abalone_data
from demo.commands import run

from .deployed import Deployed

MODEL_REPOSITORY = Path(__file__).resolve().parents[2] / "pipeline_code"
SCRIPTS = MODEL_REPOSITORY / "pipelines" / "abalone"
CSV = "text/csv"
MODEL_NAME = "xgboost-model"


@dataclass(frozen=True)
class Model:
    """What a training and its evaluation left."""

    archive: bytes
    evaluation: bytes
    golden_records: bytes

    @property
    def golden(self) -> list[dict[str, Any]]:
        """`{"input", "prediction"}` of each golden record."""
        found: list[dict[str, Any]] = json.loads(self.golden_records)["records"]
        return found

    @property
    def records(self) -> list[str]:
        """The inputs of its golden records: rows of the test split, the same for every model."""
        return [record["input"] for record in self.golden]

    @property
    def predictions(self) -> list[float]:
        """What it predicts for each."""
        return [record["prediction"] for record in self.golden]


def split(scratch: Path) -> Path:
    """A base directory with made-up data, as preprocess.py splits and encodes it."""
    place = scratch / "processing" / "input" / "data"
    place.mkdir(parents=True)
    abalone_data.write(place / "abalone.csv")
    assert _script("preprocess").main(["--base-dir", str(scratch)]) == 0
    return scratch


def train(base_dir: Path, *, rounds: int, **hyperparameters: Any) -> Model:
    """A model of that data; another one for other hyperparameters."""
    processing = base_dir / "processing"
    rows = numpy.loadtxt(processing / "train" / "train.csv", delimiter=",", dtype=numpy.float32)
    booster = xgboost.train(
        {"objective": "reg:squarederror", "nthread": 1, **hyperparameters},
        xgboost.DMatrix(rows[:, 1:], rows[:, 0]),
        num_boost_round=rounds,
    )
    archive = _archive(bytes(booster.save_raw("ubj")))
    (processing / "model").mkdir(exist_ok=True)
    (processing / "model" / "model.tar.gz").write_bytes(archive)
    assert _script("evaluate").main(["--base-dir", str(base_dir)]) == 0
    evaluated = processing / "evaluation"
    return Model(
        archive,
        (evaluated / "evaluation.json").read_bytes(),
        (evaluated / "golden_records.json").read_bytes(),
    )


def image(region: str) -> str:
    """The XGBoost container that the pipeline registers its versions with."""
    program = (
        "from pipelines.jobs import container_image;"
        f"print('image:', container_image('xgboost', {region!r}))"
    )
    said = run("image", [sys.executable, "-c", program], os.environ, directory=MODEL_REPOSITORY)
    return said.rpartition("image: ")[2].strip()


def register(
    deployed: Deployed,
    model: Model,
    image_uri: str,
    name: str,
    environment: Mapping[str, str] | None = None,
) -> str:
    """A version that waits for approval, its files in a folder of the artifact bucket; its ARN."""
    bucket = deployed.build["ArtifactBucketName"]

    def upload(file: str, content: bytes) -> str:
        key = f"by-hand/{name}/{file}"
        deployed.clients.s3.put_object(Bucket=bucket, Key=key, Body=content)
        return f"s3://{bucket}/{key}"

    container = {
        "Image": image_uri,
        "ModelDataUrl": upload("model.tar.gz", model.archive),
        **({"Environment": dict(environment)} if environment else {}),
    }
    made = deployed.clients.sagemaker.create_model_package(
        ModelPackageGroupName=deployed.build["ModelPackageGroupName"],
        InferenceSpecification={
            "Containers": [container],
            "SupportedContentTypes": [CSV],
            "SupportedResponseMIMETypes": [CSV],
            "SupportedRealtimeInferenceInstanceTypes": ["ml.m5.large"],
        },
        ModelApprovalStatus="PendingManualApproval",
        CustomerMetadataProperties={
            "EvaluationS3Uri": upload("evaluation.json", model.evaluation),
            "GoldenRecordsS3Uri": upload("golden_records.json", model.golden_records),
        },
    )
    return str(made["ModelPackageArn"])


def _archive(model: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo(MODEL_NAME)
        info.size = len(model)
        archive.addfile(info, io.BytesIO(model))
    return buffer.getvalue()


def _script(name: str) -> ModuleType:
    """A job's script, which imports nothing of its package."""
    spec = importlib.util.spec_from_file_location(f"trained_{name}", SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
