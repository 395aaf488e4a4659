"""Two models that can be told apart by their answers, and the versions that are registered with them.

They are trained by the pipeline's own scripts, beside any cloud: the load needs versions quickly, and
what a pipeline registers is the business of other tests. What a version's archive has beside the model
is `inference.py`, and its environment says in which way it is bad.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.prod_load import samples
from bench.timing import run
from demo import abalone_data
from demo.versions import with_files
from tests.e2e.deployed import Deployed
from tests.e2e.versions import upload

MODEL_REPOSITORY = Path("pipeline_code")
SCRIPTS = MODEL_REPOSITORY / "pipelines" / "abalone"
INFERENCE = Path(__file__).with_name("inference.py")
CSV = "text/csv"
# Two trainings whose predictions differ.
HYPERPARAMETERS = {
    "first": {"objective": "reg:squarederror", "max_depth": 4, "eta": 0.2, "num_round": 40},
    "second": {"objective": "reg:squarederror", "max_depth": 6, "eta": 0.1, "num_round": 60},
}


@dataclass(frozen=True)
class Model:
    """What the scripts made of one training."""

    archive: bytes
    evaluation: bytes
    golden_records: bytes

    @property
    def records(self) -> list[str]:
        """The inputs of its golden records: rows of the test split, the same for every model."""
        return [record["input"] for record in json.loads(self.golden_records)["records"]]

    @property
    def predictions(self) -> list[float]:
        """What it predicts for each."""
        return [record["prediction"] for record in json.loads(self.golden_records)["records"]]


def train(scratch: Path) -> dict[str, Model]:
    """Both models by name. Raises ValueError if they cannot be told apart."""
    base = scratch / "training"
    place = base / "processing" / "input" / "data"
    place.mkdir(parents=True)
    abalone_data.write(place / "abalone.csv")
    python, where = shlex.quote(sys.executable), shlex.quote(str(base))
    _shell(f"{python} {SCRIPTS}/preprocess.py --base-dir {where}")
    models = {}
    for name, hyperparameters in HYPERPARAMETERS.items():
        given = shlex.quote(json.dumps(hyperparameters))
        _shell(
            f"{python} bench/bare_training.py --base-dir {where} --hyperparameters {given}",
            f"{python} {SCRIPTS}/evaluate.py --base-dir {where}",
        )
        processing = base / "processing"
        models[name] = Model(
            with_files(
                (processing / "model" / "model.tar.gz").read_bytes(),
                {"code/inference.py": INFERENCE.read_bytes()},
            ),
            (processing / "evaluation" / "evaluation.json").read_bytes(),
            (processing / "evaluation" / "golden_records.json").read_bytes(),
        )
    samples.require_distinguishable({name: each.predictions for name, each in models.items()})
    return models


def image(region: str) -> str:
    """The XGBoost container that the pipeline registers its versions with."""
    program = (
        "import sys; from pipelines.jobs import container_image;"
        f"sys.stdout.write(container_image('xgboost', {region!r}))"
    )
    return run([sys.executable, "-c", program], os.environ, MODEL_REPOSITORY).split()[-1]


def register(
    deployed: Deployed, model: Model, image_uri: str, environment: Mapping[str, str] | None = None
) -> str:
    """A version with the model and its evaluation, which waits for approval; its ARN."""
    container = {
        "Image": image_uri,
        "ModelDataUrl": upload(deployed, model.archive),
        "Environment": {
            "SAGEMAKER_PROGRAM": "inference.py",
            "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
            **(environment or {}),
        },
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
            "EvaluationS3Uri": upload(deployed, model.evaluation),
            "GoldenRecordsS3Uri": upload(deployed, model.golden_records),
        },
    )
    return str(made["ModelPackageArn"])


def _shell(*lines: str) -> None:
    run(["sh", "-c", "\n".join(["set -e", *lines])], os.environ)
