"""What the commands need of AWS: three clients, and every refusal as one sentence."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from pipelines._utils import CommandError


@dataclass(frozen=True)
class Aws:
    """The clients."""

    sagemaker: Any
    s3: Any
    sts: Any


def connect(region: str | None) -> Aws:
    """Clients in the region, or in the one that the environment names.

    Raises:
        CommandError: there is no region.
    """
    session = boto3.Session(region_name=region or os.environ.get("AWS_REGION"))
    if session.region_name is None:
        raise CommandError("no region: give --region, or set AWS_DEFAULT_REGION")
    return Aws(*(session.client(service) for service in ("sagemaker", "s3", "sts")))


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Turn what AWS refuses into one sentence that begins with what was asked."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise CommandError(f"{what}: {error}") from None


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of an S3 URI."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def is_missing(error: ClientError) -> bool:
    """Whether S3 says that there is no such object; without s3:ListBucket it says 403 instead."""
    return error.response.get("Error", {}).get("Code") in ("NoSuchKey", "NoSuchBucket", "404")


def read_object(aws: Aws, uri: str, what: str) -> dict[str, Any]:
    """GetObject's answer. Raises CommandError, which calls the object `what`."""
    bucket, key = split_uri(uri)
    try:
        answer: dict[str, Any] = aws.s3.get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if is_missing(error):
            raise CommandError(f"{what} is missing: there is no {uri}") from None
        raise CommandError(f"{what} ({uri}) cannot be read: {error}") from None
    except BotoCoreError as error:
        raise CommandError(f"{what} ({uri}) cannot be read: {error}") from None
    return answer


def parse_object(text: bytes, uri: str, what: str) -> dict[str, Any]:
    """The JSON object in a file's content. Raises CommandError, which calls the file `what`."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise CommandError(f"{what} ({uri}) is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise CommandError(f"{what} ({uri}) is not a JSON object")
    return content


def read_json(aws: Aws, uri: str, what: str) -> dict[str, Any]:
    """The JSON object at an S3 URI. Raises CommandError, which calls the file `what`."""
    return parse_object(read_object(aws, uri, what)["Body"].read(), uri, what)
