"""What an execution's input data is: a digest of what lies under its address.

A pipeline's step is found in the cache by the S3 addresses of its inputs, not by what lies there
(https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html). So new data under an old address
would reuse the results of the old data, were it not for this parameter, which the step has too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from slipway_shared.codepipeline_job import ConfigurationError, JobFailure
from slipway_shared.s3_locations import parse_s3_uri
from slipway_shared.service_errors import code_of, message_of

URL = "InputDataUrl"
VERSION = "InputDataVersion"
DIGITS = 16


def address_to_version(declared: Mapping[str, str | None], given: Mapping[str, str]) -> str | None:
    """Whose digest is to be passed as InputDataVersion; None when the pipeline has no such
    parameter, a person gave it, or no address is known."""
    if VERSION not in declared or VERSION in given:
        return None
    return given.get(URL, declared.get(URL)) or None


def data_version(s3: Any, url: str) -> str:
    """The digest of what lies under the address. Raises JobFailure when that is nothing, or S3 does
    not say; ConfigurationError for what is no S3 URI."""
    try:
        location = parse_s3_uri(url)
    except ValueError as error:
        raise ConfigurationError(f"parameter {URL} is {error}") from error
    # As SageMaker reads an S3Prefix: every key that begins with it.
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=location.bucket, Prefix=location.key
    )
    try:
        objects = [each for page in pages for each in page.get("Contents", ())]
    except s3.exceptions.ClientError as error:
        raise JobFailure(
            f"what lies under {url} ({URL}) cannot be listed: {code_of(error)}: {message_of(error)}"
        ) from error
    if not objects:
        raise JobFailure(
            f"no training data: nothing lies under {url} ({URL}); upload the data set there, and"
            " retry the stage"
        )
    return digest(objects)


def digest(objects: Iterable[Mapping[str, Any]]) -> str:
    """A short text that differs as soon as a key, a content or a size does. Order does not matter."""
    # It loads OpenSSL, a tenth of this function's cold start, and one call of an action needs it.
    import hashlib

    lines = sorted(json.dumps([each["Key"], each["ETag"], each["Size"]]) for each in objects)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:DIGITS]
