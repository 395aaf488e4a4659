"""Give a new baseline of model quality or of bias some room before its version registers it.

A Lambda step of a SageMaker pipeline, which hands over an event of plain values, and takes a dictionary
whose keys are its outputs
(https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html). A baseline that is
carried over stays as it is: widened at each training, it would end up allowing anything. Whatever is
wrong is raised, with one sentence, which is then the step's failure.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping
from typing import Any

import bias
import thresholds
from slipway_shared.clients import client
from slipway_shared.s3_locations import S3Location
from slipway_shared.service_errors import code_of, message_of
from slipway_shared.step_event import boolean, location

logger = logging.getLogger(__name__)

# Of Model Monitor's analyzer and of Clarify, which find them by these names.
CONSTRAINTS_FILE = "constraints.json"
ANALYSIS_FILE = "analysis.json"
MAX_BYTES = 10_000_000


def lambda_handler(event: Mapping[str, Any], context: object) -> dict[str, str]:
    """Answer where the constraints to register are, after writing them if they are new. Raises
    ValueError for an event that cannot be meant or a file that is none, RuntimeError when S3 refuses."""
    source = location(event, "constraintsS3Uri")
    if not boolean(event, "registerNewBaseline"):
        logger.info("the previous baseline is carried over as it is: %s", source.uri)
        return {"ConstraintsS3Uri": source.uri}
    tolerance = at_least_0(event, "tolerance")
    folder = location(event, "outputS3Uri")
    try:
        file_name, relaxed = relax(read(source), tolerance)
    except thresholds.UnreadableConstraints as error:
        raise ValueError(
            f"{source.uri} holds no baseline of model quality or bias: {error}"
        ) from error
    target = S3Location(folder.bucket, f"{folder.key.rstrip('/')}/{file_name}")
    write(target, relaxed)
    logger.info("%s widened by %s: %s", source.uri, tolerance, target.uri)
    return {"ConstraintsS3Uri": target.uri}


def relax(baseline: Any, tolerance: float) -> tuple[str, dict[str, Any]]:
    """The name of the baseline's file, and its content with room: a share of each threshold of a
    model's quality, a distance for each metric of bias. Raises UnreadableConstraints."""
    if bias.is_analysis(baseline):
        return ANALYSIS_FILE, bias.relax(baseline, tolerance)
    return CONSTRAINTS_FILE, thresholds.relax(baseline, tolerance)


def at_least_0(event: Mapping[str, Any], name: str) -> float:
    """A number of 0 or more, or the text of one. Raises ValueError."""
    value = event.get(name)
    try:
        number = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise ValueError(f"event: {name} must be a number of 0 or more, not {value!r}")
    return number


def read(source: S3Location) -> Any:
    """The JSON at an address. Raises RuntimeError when S3 refuses, ValueError for what is no JSON."""
    s3 = client("s3")
    try:
        body = s3.get_object(Bucket=source.bucket, Key=source.key)["Body"].read(MAX_BYTES)
    except s3.exceptions.ClientError as error:
        raise RuntimeError(
            f"{source.uri} cannot be read: {code_of(error)}: {message_of(error)}"
        ) from error
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{source.uri} is not JSON: {error}") from error


def write(target: S3Location, content: Mapping[str, Any]) -> None:
    """Write JSON to an address. Raises RuntimeError when S3 refuses."""
    s3 = client("s3")
    try:
        s3.put_object(
            Bucket=target.bucket,
            Key=target.key,
            Body=json.dumps(content, indent=2).encode(),
            ContentType="application/json",
        )
    except s3.exceptions.ClientError as error:
        raise RuntimeError(
            f"{target.uri} cannot be written: {code_of(error)}: {message_of(error)}"
        ) from error
