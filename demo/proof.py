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


def compare_prod_with_model(
    narration: Narration, clients: Clients, package: dict[str, Any]
) -> None:
    """Invoke prod with the version's golden records and compare with the model loaded directly."""
    endpoint = stack_outputs(clients, DEPLOY_STACK)["ProdEndpointName"]
    golden = json.loads(_read(clients, package["CustomerMetadataProperties"]["GoldenRecordsS3Uri"]))
    with narration.stage("invoke prod") as stage:
        response = clients.runtime.invoke_endpoint(
            EndpointName=endpoint,
            ContentType=golden["contentType"],
            Accept=golden["accept"],
            Body="\n".join(golden["records"]).encode(),
        )
        answered = numpy.array(response["Body"].read().split(), dtype=numpy.float32)
        artifact = package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
        expected = _predict_directly(_read(clients, artifact), golden["records"])
        if not numpy.array_equal(answered, expected):
            raise StageFailed(
                stage.title, f"prod answers {answered[:3]} …, the model itself {expected[:3]} …"
            )
        stage.says(
            f"{endpoint} answered {len(answered)} records as the registered model does, "
            f"the first {answered[0]:.3f} rings"
        )


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


def _read(clients: Clients, uri: str) -> bytes:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    body: bytes = clients.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return body
