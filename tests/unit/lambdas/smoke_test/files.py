"""Golden-records files of both versions, for a model that answers ten times its first feature."""

from __future__ import annotations

from typing import Any

FILE: dict[str, Any] = {
    "schemaVersion": "2",
    "contentType": "text/csv",
    "accept": "text/csv",
    "tolerance": {"relative": 1e-5, "absolute": 1e-5},
    "records": [
        {"input": "0.455,1", "prediction": 4.55},
        {"input": "0.35,2", "prediction": 3.5},
        {"input": "0,3", "prediction": 0.0},
    ],
    "badRecords": [
        {"name": "a column too many", "contentType": "text/csv", "body": "0,0.455,1"},
        {"name": "another content type", "contentType": "application/json", "body": "0.455,1"},
    ],
}
RANGE: dict[str, Any] = {"count": 2, "type": "number", "minimum": 1, "maximum": 29}
FILE_OF_VERSION_1: dict[str, Any] = {
    "contentType": "text/csv",
    "accept": "text/csv",
    "records": ["0.455,1", "0.35,2"],
    "expected": RANGE,
}
