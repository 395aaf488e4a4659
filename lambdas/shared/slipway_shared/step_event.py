"""What a Lambda step of a SageMaker pipeline hands to its function: an event of plain values.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway_shared.s3_locations import S3Location, parse_s3_uri


def location(event: Mapping[str, Any], name: str) -> S3Location:
    """The S3 address in a member of the event. Raises ValueError."""
    value = event.get(name)
    if not isinstance(value, str):
        raise ValueError(f"event: {name} must be an S3 URI, not {value!r}")
    try:
        return parse_s3_uri(value)
    except ValueError as error:
        raise ValueError(f"event: {name} is {error}") from error


def boolean(event: Mapping[str, Any], name: str) -> bool:
    """A pipeline's boolean parameter, as it arrives: a truth value or its text. Raises ValueError."""
    value = event.get(name)
    text = str(value).lower()
    if not isinstance(value, bool | str) or text not in ("true", "false"):
        raise ValueError(f"event: {name} must be true or false, not {value!r}")
    return text == "true"
