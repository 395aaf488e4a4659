"""Arrays as request and response bodies: JSON, CSV and NPY; for XGBoost also its own matrix.

As https://github.com/aws/sagemaker-containers (`_encoders.py`) and
https://github.com/aws/sagemaker-xgboost-container (`encoder.py`) have them, their oddities included: one
row of CSV becomes an array of one dimension, and CSV for XGBoost must not end with a line break. Known
differences: an NPY array of Python objects is refused, since reading it would run what it holds;
recordio-protobuf is refused by name.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
# What reaches the caller's functions as text, if the header is exactly this.
TEXT_TYPES = (JSON, CSV)


class UnsupportedFormatError(Exception):
    """A content type that the container does not know; the text is the container's."""

    def __init__(self, content_type: str) -> None:
        super().__init__(
            f"Content type {content_type} is not supported by this framework.\n\n"
            "Please implement input_fn to to deserialize the request data or an output_fn to\n"
            "serialize the response. For more information, see the SageMaker Python SDK README."
        )


def decode(body: Any, content_type: str) -> Any:
    """A body as a NumPy array. Raises UnsupportedFormatError, or ValueError for a bad body."""
    import numpy

    if content_type == JSON:
        return numpy.array(json.loads(body))
    if content_type == CSV:
        rows = list(csv.reader(io.StringIO(body), strict=True))
        array = numpy.array(rows).squeeze()
        try:
            return array.astype(None)
        except ValueError:
            # Words stay words.
            return array
    if content_type == NPY:
        return numpy.load(io.BytesIO(body), allow_pickle=False)
    raise UnsupportedFormatError(content_type)


def encode(array: Any, content_type: str) -> str | bytes:
    """An array, or what can be made one, as a body. Raises UnsupportedFormatError."""
    import numpy

    if content_type == JSON:
        return json.dumps(array, default=_as_list)
    if content_type == CSV:
        rows = numpy.array(array)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n", strict=True)
        writer.writerows(rows.reshape(-1, 1) if rows.ndim == 1 else rows)
        return text.getvalue()
    if content_type == NPY:
        content = io.BytesIO()
        numpy.save(content, array)
        return content.getvalue()
    raise UnsupportedFormatError(content_type)


def decode_matrix(body: str | bytes, content_type: str) -> Any:
    """A body as an xgboost.DMatrix. Raises as `decode` does."""
    media_type = content_type.split(";")[0].strip()
    if media_type not in _MATRICES:
        raise UnsupportedFormatError(media_type)
    return _MATRICES[media_type](body.decode() if isinstance(body, bytes) else body)


def _as_list(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _matrix_of_csv(text: str) -> Any:
    import numpy
    import xgboost

    found = csv.Sniffer().sniff(text.split("\n")[0][:512]).delimiter
    delimiter = "," if found.isalnum() else found
    rows = [[cell or "nan" for cell in line.split(delimiter)] for line in text.split("\n")]
    return xgboost.DMatrix(numpy.array(rows).astype(float))


def _matrix_of_libsvm(text: str) -> Any:
    import numpy
    import xgboost

    rows = [
        {int(index): float(value) for index, _, value in _entries(line)}
        for line in text.strip().split("\n")
    ]
    indexes = [index for row in rows for index in row]
    if not indexes:
        return xgboost.DMatrix(numpy.empty((0, 0)))
    # Columns are counted from one, unless there is a column zero; what is not there is zero.
    first = 1 if min(indexes) >= 1 else 0
    matrix = numpy.zeros((len(rows), max(indexes) - first + 1))
    for number, row in enumerate(rows):
        for index, value in row.items():
            matrix[number, index - first] = value
    return xgboost.DMatrix(matrix)


def _entries(line: str) -> list[tuple[str, str, str]]:
    return [entry.partition(":") for entry in line.split() if ":" in entry]


def _matrix_of_recordio(_text: str) -> Any:
    raise ValueError(
        "unsupported by the local cloud: content type application/x-recordio-protobuf; supported: "
        + ", ".join(name for name in _MATRICES if "recordio" not in name)
    )


_MATRICES: dict[str, Callable[[str], Any]] = {
    "text/csv": _matrix_of_csv,
    "text/libsvm": _matrix_of_libsvm,
    "text/x-libsvm": _matrix_of_libsvm,
    "application/x-recordio-protobuf": _matrix_of_recordio,
}
