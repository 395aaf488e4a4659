"""The model that Clarify asks: by a shadow endpoint of its own, or from its artifact.

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-run.html: "SageMaker Clarify creates an
ephemeral model endpoint" with the predictor's instance type and count, named with its
endpoint_name_prefix, and deletes it.
"""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import boto3
import numpy as np

# InvokeEndpoint takes at most 25 MB; Clarify's own batch size is not documented.
_ROWS_PER_REQUEST = 5_000


class ModelError(Exception):
    """The model cannot be asked; one sentence."""


def _client(service: str) -> Any:
    return boto3.client(service, region_name=os.environ["AWS_REGION"])


def download(name: str, directory: Path) -> Path:
    """The model's artifact."""
    described = _client("sagemaker").describe_model(ModelName=name)
    container = described.get("PrimaryContainer") or (described.get("Containers") or [{}])[0]
    uri = container.get("ModelDataUrl")
    if not uri:
        raise ModelError(f"model {name} has no ModelDataUrl, whose trees could be explained")
    bucket, _, key = str(uri).removeprefix("s3://").partition("/")
    path = directory / "model.tar.gz"
    _client("s3").download_file(bucket, key, str(path))
    return path


class Endpoint:
    """A shadow endpoint from the first predictions to the end of the `with` block."""

    def __init__(self, model_name: str, predictor: Mapping[str, Any]) -> None:
        self._model_name = model_name
        self._predictor = predictor
        self._name: str | None = None
        self._cleanup = ExitStack()
        for member in ("content_type", "accept_type"):
            if predictor.get(member, "text/csv") != "text/csv":
                raise ModelError(
                    f"unsupported by the local cloud: predictor.{member} "
                    f"'{predictor[member]}'; supported: text/csv"
                )

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(self, *raised: object) -> None:
        self._name = None
        self._cleanup.close()

    def predict(self, features: Any) -> np.ndarray:
        """The model's predictions for a frame of features, in the order of its rows."""
        if self._name is None:
            self._name = self._create()
        return self._invoke(self._name, features)

    def _create(self) -> str:
        """Create the endpoint, wait until it serves, and note that it is to be deleted."""
        sagemaker = _client("sagemaker")
        prefix = self._predictor.get("endpoint_name_prefix") or "sm-clarify"
        name = f"{prefix}-{secrets.token_hex(6)}"
        sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {
                    "VariantName": "AllTraffic",
                    "ModelName": self._model_name,
                    "InstanceType": self._predictor.get("instance_type") or "ml.m5.large",
                    "InitialInstanceCount": self._predictor.get("initial_instance_count") or 1,
                }
            ],
        )
        self._cleanup.callback(sagemaker.delete_endpoint_config, EndpointConfigName=name)
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
        self._cleanup.callback(sagemaker.delete_endpoint, EndpointName=name)
        waiter = sagemaker.get_waiter("endpoint_in_service")
        waiter.wait(EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 600})
        return name

    def _invoke(self, name: str, features: Any) -> np.ndarray:
        runtime = _client("sagemaker-runtime")
        answers: list[str] = []
        for start in range(0, len(features), _ROWS_PER_REQUEST):
            rows = features.iloc[start : start + _ROWS_PER_REQUEST]
            answer = runtime.invoke_endpoint(
                EndpointName=name,
                ContentType="text/csv",
                Accept="text/csv",
                Body=rows.to_csv(header=False, index=False).encode(),
            )["Body"].read()
            answers += _values(answer.decode(), self._predictor.get("label"))
        return np.asarray(answers, dtype=object)


def _values(text: str, label: Any) -> list[str]:
    """One value a row: the column that `predictor.label` names by its index, the first by default.

    The containers answer one row a line, older ones all rows in one line.
    """
    index = label if isinstance(label, int) else 0
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    if len(rows) == 1 and len(rows[0]) > 1 and label is None:
        return rows[0]
    return [row[index] for row in rows]
