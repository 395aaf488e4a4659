"""Invoke a stage's endpoint with the golden records of the version that it must serve.

Succeeds when the endpoint serves exactly the manifest's version, and each record is answered with a
number within the range that was registered with it.
"""

from __future__ import annotations

import time
from typing import Any

from golden_records import (
    GoldenRecords,
    UnexpectedAnswer,
    check_answers,
    parse_golden_records,
)
from live_model import require_live
from slipway_shared.clients import client
from slipway_shared.codepipeline_job import Job, JobFailure, Succeeded, answers_job
from slipway_shared.input_manifest import read_input_manifest, requested_version
from slipway_shared.model_package import ModelPackage
from slipway_shared.s3_locations import DENIED_CODES, MISSING_CODES, parse_s3_uri
from slipway_shared.service_errors import code_of
from slipway_shared.user_parameters import parse_user_parameters

METADATA_KEY = "GoldenRecordsS3Uri"


@answers_job
def lambda_handler(job: Job) -> Succeeded:
    """Which version, is it live, does it answer as it must."""
    given = parse_user_parameters(job.user_parameters, required={"endpointName": str})
    package = requested_version(client("sagemaker"), read_input_manifest(job))
    return smoke_test(given["endpointName"], package)


def smoke_test(endpoint_name: str, package: ModelPackage) -> Succeeded:
    """Raises JobFailure when the endpoint does not serve the version, or not as it must."""
    config_name = require_live(client("sagemaker"), endpoint_name, package.arn)
    golden = read_golden_records(package)
    answer, milliseconds = invoke(endpoint_name, golden)
    try:
        values = check_answers(golden, answer)
    except UnexpectedAnswer as error:
        raise JobFailure(f"endpoint {endpoint_name}, version {package.version}: {error}") from error
    return Succeeded(
        f"{len(values)} golden records of version {package.version} answered by {config_name} in"
        f" {milliseconds} ms: {min(values):g} to {max(values):g}, allowed {golden.minimum:g} to"
        f" {golden.maximum:g}",
        {
            "EndpointName": endpoint_name,
            "ModelPackageArn": package.arn,
            "RecordCount": str(len(values)),
            "LatencyMilliseconds": str(milliseconds),
        },
    )


def read_golden_records(package: ModelPackage) -> GoldenRecords:
    """The records registered with the version. Raises JobFailure when there are none to be had."""
    uri = package.metadata.get(METADATA_KEY)
    if not uri:
        raise JobFailure(
            f"version {package.version} was registered without golden records: its"
            f" CustomerMetadataProperties has no {METADATA_KEY}"
        )
    s3 = client("s3")
    try:
        location = parse_s3_uri(uri)
        body = s3.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
        return parse_golden_records(body.decode("utf-8"))
    except s3.exceptions.ClientError as error:
        if code_of(error) not in MISSING_CODES | DENIED_CODES:
            raise
        raise JobFailure(
            f"golden records {uri} of version {package.version} cannot be read: {error}"
        ) from error
    except ValueError as error:  # GoldenRecordsError, a bad address, bytes that are not UTF-8
        raise JobFailure(
            f"golden records {uri} of version {package.version} cannot be used: {error}"
        ) from error


def invoke(endpoint_name: str, golden: GoldenRecords) -> tuple[bytes, int]:
    """The endpoint's answer to all records in one request, and the milliseconds that it took.
    Raises JobFailure with the model's own words when its container answers with an error."""
    runtime: Any = client("sagemaker-runtime")
    started = time.perf_counter()
    try:
        response = runtime.invoke_endpoint(
            EndpointName=endpoint_name,
            ContentType=golden.content_type,
            Accept=golden.accept,
            Body=golden.body,
        )
        answer: bytes = response["Body"].read()
    except runtime.exceptions.ModelError as error:
        status = error.response.get("OriginalStatusCode")
        words = error.response.get("OriginalMessage") or error
        raise JobFailure(
            f"endpoint {endpoint_name}: the model answered {status}: {words}"
            f" (log: {error.response.get('LogStreamArn', 'unknown')})"
        ) from error
    except runtime.exceptions.ClientError as error:
        raise JobFailure(f"endpoint {endpoint_name} could not be invoked: {error}") from error
    return answer, round((time.perf_counter() - started) * 1000)
