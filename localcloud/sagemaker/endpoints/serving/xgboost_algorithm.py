"""The HTTP server of the built-in XGBoost container: /ping, /invocations, /execution-parameters.

What it accepts and answers follows the open-source container
(https://github.com/aws/sagemaker-xgboost-container) and
https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html: every file of the model
directory that does not begin with a dot is a booster and they answer as an ensemble; CSV has no label and no
header; the answer is one prediction per line, or JSON. Known differences: recordio-protobuf is
refused by name, and so is selectable inference (SAGEMAKER_INFERENCE_OUTPUT).
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from localcloud.sagemaker.endpoints.serving import http_server

MODEL_DIRECTORY = Path("/opt/ml/model")
INPUT_TYPES = ("text/csv", "text/libsvm", "text/x-libsvm")
OUTPUT_TYPES = ("text/csv", "application/json", "application/jsonlines")


class Refused(Exception):
    """A request that the container answers with a status of its own and a text."""

    def __init__(self, status: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def load_boosters(directory: Path) -> list[Any]:
    """Every booster of a model directory; ValueError when there is none or one does not load."""
    import xgboost

    # Folders, such as the code that was packed with a model, are passed over.
    files = (path for path in directory.iterdir() if path.is_file())
    paths = sorted(path for path in files if not path.name.startswith("."))
    if not paths:
        raise ValueError(f"no model file in {directory}")
    boosters = []
    for path in paths:
        booster = xgboost.Booster()
        try:
            booster.load_model(path)
        except xgboost.core.XGBoostError as error:
            raise ValueError(f"{path.name} is not an XGBoost model: {error}") from error
        boosters.append(booster)
    return boosters


def parse_payload(body: bytes, content_type: str) -> Any:
    """A request's body as an xgboost.DMatrix; Refused with 415 for what it is not."""
    import numpy
    import xgboost

    media_type = content_type.split(";")[0].strip().lower()
    if media_type not in INPUT_TYPES:
        raise Refused(
            "415 Unsupported Media Type",
            f"Content-type must be one of {', '.join(INPUT_TYPES)}; got {content_type!r}",
        )
    try:
        text = body.decode("utf-8").strip()
        if media_type == "text/csv":
            delimiter = _delimiter(text.splitlines()[0])
            rows = [
                [float(cell) if cell.strip() else numpy.nan for cell in line.split(delimiter)]
                for line in text.splitlines()
            ]
            return xgboost.DMatrix(numpy.array(rows, dtype=numpy.float32))
        return _libsvm(text)
    except (ValueError, IndexError) as error:
        raise Refused(
            "415 Unsupported Media Type",
            f"Loading {media_type} data failed with Exception, please ensure data is in "
            f"{media_type} format: {error}",
        ) from error


def _delimiter(line: str) -> str:
    try:
        return csv.Sniffer().sniff(line, delimiters=",;\t ").delimiter
    except csv.Error:  # a single column has none
        return ","


def _libsvm(text: str) -> Any:
    import numpy
    import scipy.sparse
    import xgboost

    rows, columns, values = [], [], []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        for item in (entry for entry in line.split() if ":" in entry):
            index, value = item.split(":")
            rows.append(number)
            columns.append(int(index))
            values.append(float(value))
    matrix = scipy.sparse.csr_matrix(
        (values, (rows, columns)), shape=(len(lines), max(columns) + 1)
    )
    return xgboost.DMatrix(numpy.asarray(matrix.todense()) if matrix.nnz == 0 else matrix)


def predict(boosters: list[Any], matrix: Any) -> Any:
    """The ensemble's mean prediction per row; Refused with 400 when the data do not fit: the library
    refuses a column too many, and takes columns that are not there for missing values. (The container
    itself counts columns for pickled models only.)"""
    import xgboost

    try:
        answers = [_predict_one(booster, matrix) for booster in boosters]
    except (xgboost.core.XGBoostError, ValueError) as error:
        raise Refused("400 Bad Request", f"Unable to evaluate payload provided: {error}") from error
    return sum(answers) / len(answers)


def _predict_one(booster: Any, matrix: Any) -> Any:
    # The container uses the best round where early stopping recorded one.
    best = booster.attr("best_iteration")
    rounds = (0, int(best) + 1) if best is not None else (0, 0)
    return booster.predict(matrix, iteration_range=rounds, validate_features=False)


def format_answer(predictions: Any, accept: str) -> tuple[str, bytes]:
    """Predictions in an accepted form; Refused with 406 for any other."""
    default = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "text/csv")
    media_type = (accept or "").split(";")[0].strip().lower()
    if media_type in ("", "*/*"):
        media_type = default
    if media_type not in OUTPUT_TYPES:
        raise Refused(
            "406 Not Acceptable",
            f"Accept type {accept} is not supported. Please use one of "
            f"the following: {', '.join(OUTPUT_TYPES)}",
        )
    rows = [row if isinstance(row, list) else [row] for row in predictions.tolist()]
    if media_type == "text/csv" and os.environ.get("SAGEMAKER_BATCH"):
        # As the container has it in batch transform: Python's own notation of several classes.
        text = "".join(f"{row}\n" for row in predictions.tolist())
    elif media_type == "text/csv":
        text = "".join(",".join(str(value) for value in row) + "\n" for row in rows)
    else:
        scores = [{"score": row[0] if len(row) == 1 else row} for row in rows]
        if media_type == "application/json":
            text = json.dumps({"predictions": scores})
        else:
            text = "".join(json.dumps(score) + "\n" for score in scores)
    return media_type, text.encode("utf-8")


def execution_parameters() -> bytes:
    """What the container tells batch transform of itself."""
    return json.dumps(
        {
            "MaxConcurrentTransforms": os.cpu_count() or 1,
            "BatchStrategy": "MULTI_RECORD",
            "MaxPayloadInMB": 6,
        }
    ).encode("utf-8")


def _read_body(environ: dict[str, Any]) -> bytes:
    body = environ["wsgi.input"]
    if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
        return bytes(body.read())
    return bytes(body.read(int(environ.get("CONTENT_LENGTH") or 0)))


def application(boosters: list[Any]) -> Callable[..., Iterable[bytes]]:
    """The container's WSGI application."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        try:
            if (method, path) == ("GET", "/ping"):
                content_type, body = "text/plain", b""
            elif (method, path) == ("GET", "/execution-parameters"):
                content_type, body = "application/json", execution_parameters()
            elif (method, path) == ("POST", "/invocations"):
                payload = _read_body(environ)
                if not payload:
                    start_response("204 No Content", [("Content-Length", "0")])
                    return [b""]
                matrix = parse_payload(payload, environ.get("CONTENT_TYPE", ""))
                accept = environ.get("HTTP_ACCEPT", "")
                content_type, body = format_answer(predict(boosters, matrix), accept)
            else:
                raise Refused("404 Not Found", f"no such path: {method} {path}")
        except Refused as refused:
            body = refused.text.encode("utf-8")
            headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
            start_response(refused.status, headers)
            return [body]
        headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
        start_response("200 OK", headers)
        return [body]

    return serve


def main() -> None:
    """Load the model and serve it on the socket in $LISTEN_FD until the process is ended."""
    http_server.serve(application(load_boosters(MODEL_DIRECTORY)))
