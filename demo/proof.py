"""Step 7: prod answers over HTTP, with the predictions that the registered model itself gives."""

from __future__ import annotations

import io
import json
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy
import xgboost

from demo.clients import Clients, stack_outputs
from demo.errors import StageFailed
from demo.loop import DEPLOY_STACK
from demo.narration import Narration
from demo.versions import read


def compare_prod_with_model(
    narration: Narration, clients: Clients, package: dict[str, Any]
) -> None:
    """Invoke prod with the version's golden records and compare with the model loaded directly."""
    endpoint = stack_outputs(clients, DEPLOY_STACK)["ProdEndpointName"]
    golden = _golden(clients, package)
    records = golden_inputs(clients, package)
    with narration.stage("invoke prod") as stage:
        response = clients.runtime.invoke_endpoint(
            EndpointName=endpoint,
            ContentType=golden["contentType"],
            Accept=golden["accept"],
            Body="\n".join(records).encode(),
        )
        answered = numpy.array(response["Body"].read().split(), dtype=numpy.float32)
        artifact = package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
        expected = _predict_directly(read(clients, artifact), records)
        if not numpy.array_equal(answered, expected):
            raise StageFailed(
                stage.title, f"prod answers {answered[:3]} …, the model itself {expected[:3]} …"
            )
        stage.says(
            f"{endpoint} answered {len(answered)} records as the registered model does, "
            f"the first {answered[0]:.3f} rings"
        )


def golden_inputs(clients: Clients, package: dict[str, Any]) -> list[str]:
    """The lines of a version's golden records."""
    return [str(record["input"]) for record in _golden(clients, package)["records"]]


def _golden(clients: Clients, package: dict[str, Any]) -> dict[str, Any]:
    uri = package["CustomerMetadataProperties"]["GoldenRecordsS3Uri"]
    golden: dict[str, Any] = json.loads(read(clients, uri))
    return golden


def _predict_directly(archive: bytes, records: list[str]) -> numpy.ndarray:
    with tempfile.TemporaryDirectory() as scratch:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(scratch, filter="data")
        booster = xgboost.Booster(
            model_file=bytearray((Path(scratch) / "xgboost-model").read_bytes())
        )
    rows = numpy.array([record.split(",") for record in records], dtype=numpy.float32)
    predictions: numpy.ndarray = booster.predict(xgboost.DMatrix(rows))
    return predictions
