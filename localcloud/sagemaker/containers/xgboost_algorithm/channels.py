"""The channels that the algorithm takes, and the form of their data.

Messages follow the container's sagemaker_algorithm_toolkit/channel_validation.py and
data_utils.get_content_type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.sagemaker.containers.xgboost_algorithm.errors import UserError

_FORMATS = {
    "csv": ("csv", "text/csv"),
    "libsvm": ("libsvm", "text/libsvm", "text/x-libsvm"),
    "parquet": ("parquet", "application/x-parquet"),
    "recordio-protobuf": ("recordio-protobuf", "application/x-recordio-protobuf"),
}
_CONTENT_TYPES = [content_type for names in _FORMATS.values() for content_type in names]
_DEFAULT_CONTENT_TYPE = "text/libsvm"


def validate(configuration: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The channels of inputdataconfig.json with their defaults; UserError for what is wrong."""
    if "train" not in configuration:
        raise UserError("Missing required channel: train")
    validated = {}
    for name, given in configuration.items():
        if name not in ("train", "validation", "code"):
            raise UserError(f"Extraneous channel found: {name}")
        channel = {"ContentType": _DEFAULT_CONTENT_TYPE, **given}
        types = ["text/python"] if name == "code" else _CONTENT_TYPES
        if channel["ContentType"] not in types or channel.get("TrainingInputMode") != "File":
            raise UserError(
                f"Channel configuration for '{name}' channel is not supported: {channel}"
            )
        validated[name] = channel
    return validated


def data_format(content_type: str) -> str:
    """`csv`, `libsvm`, `parquet` or `recordio-protobuf`."""
    for name, content_types in _FORMATS.items():
        if content_type in content_types:
            return name
    raise UserError(f"{content_type} is not an accepted ContentType: {', '.join(_CONTENT_TYPES)}.")
