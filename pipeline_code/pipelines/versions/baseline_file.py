"""A baseline's constraints in S3: read, replaced, and what they were before.

A version cannot be told of other files: UpdateModelPackage takes no DriftCheckBaselines
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html). So the object
that it points to gets a new content, and what it was before is kept beside it:

    <folder>/history/<file>/<time>-<digest>.json    a previous content
    <folder>/history/<file>/log.jsonl               a line for each adjustment: who, when, why, what

The history's keys do not begin with the file's: a job that is given the file by its prefix would get
them too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from pipelines._utils import CommandError
from pipelines.checks.registry import PLACES
from pipelines.versions.aws import Aws, asking, is_missing, parse_object, read_object, split_uri
from pipelines.versions.version import Version

JSON = "application/json"
_ENCRYPTION = ("ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled")


@dataclass(frozen=True)
class BaselineFile:
    """The constraints of one check; `answer` is GetObject's, without the body."""

    check: str
    uri: str
    text: bytes
    content: Mapping[str, Any]
    answer: Mapping[str, Any]


def constraints_uri(version: Version, check: str) -> str | None:
    """Where a version's constraints of a check are; None without any."""
    place = PLACES[check]
    return version.source("DriftCheckBaselines", place.member, place.constraints).get("S3Uri")


def read(aws: Aws, version: Version, check: str) -> BaselineFile:
    """The constraints of a check. Raises CommandError: the version has none, or they are no JSON."""
    uri = constraints_uri(version, check)
    if uri is None:
        raise CommandError(f"{version.name} has no baseline of {check} in its DriftCheckBaselines")
    what = f"the baseline of {check} of {version.name}"
    answer = read_object(aws, uri, what)
    text: bytes = answer.pop("Body").read()
    return BaselineFile(check, uri, text, parse_object(text, uri, what), answer)


def replace(aws: Aws, file: BaselineFile, content: Mapping[str, Any], when: datetime) -> str:
    """Keep the present content in the history, then write another; gives the kept one's URI.

    Raises CommandError, also if somebody else has written the object since it was read.
    """
    bucket, key = split_uri(file.uri)
    digest = hashlib.sha256(file.text).hexdigest()[:12]
    kept = f"{_history(key)}/{when:%Y%m%dT%H%M%SZ}-{digest}.json"
    encryption = {name: file.answer[name] for name in _ENCRYPTION if file.answer.get(name)}
    with asking(f"the previous content was not kept at s3://{bucket}/{kept}, nothing is changed"):
        aws.s3.put_object(Bucket=bucket, Key=kept, Body=file.text, ContentType=JSON, **encryption)
    text = json.dumps(content, indent=2, allow_nan=False) + "\n"
    try:
        with asking(f"{file.uri} was not changed"):
            aws.s3.put_object(
                Bucket=bucket,
                Key=key,
                Body=text.encode(),
                ContentType=file.answer.get("ContentType") or JSON,
                # Two approvers at once: the second one must see what the first one did.
                IfMatch=file.answer["ETag"],
                **encryption,
            )
    except CommandError as error:
        if "PreconditionFailed" in str(error):
            raise CommandError(
                f"{file.uri} was changed by somebody else in the meantime; look at it with show, "
                "then try again"
            ) from None
        raise
    return f"s3://{bucket}/{kept}"


def append_log(aws: Aws, file: BaselineFile, entry: Mapping[str, Any]) -> None:
    """Add a line to the object's log. Raises CommandError."""
    bucket, key = split_uri(_log_uri(file.uri))
    line = json.dumps(entry)
    with asking(
        f"{file.uri} is changed, but its log s3://{bucket}/{key} is not; the line is {line}"
    ):
        before, condition = _log(aws, bucket, key)
        aws.s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=before + line.encode() + b"\n",
            ContentType="application/jsonl",
            **condition,
        )


def read_log(aws: Aws, uri: str) -> list[dict[str, Any]]:
    """The entries of an object's log, oldest first; none without a log. Raises CommandError."""
    bucket, key = split_uri(_log_uri(uri))
    with asking(f"the history s3://{bucket}/{key} cannot be read"):
        text, _ = _log(aws, bucket, key)
    try:
        return [json.loads(line) for line in text.decode().splitlines() if line.strip()]
    except ValueError as error:
        raise CommandError(f"the history s3://{bucket}/{key} is not JSON lines: {error}") from None


def _log(aws: Aws, bucket: str, key: str) -> tuple[bytes, dict[str, str]]:
    """The log's text, and the condition under which it is still that."""
    try:
        answer = aws.s3.get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if is_missing(error):
            return b"", {"IfNoneMatch": "*"}
        raise
    return answer["Body"].read(), {"IfMatch": answer["ETag"]}


def _history(name: str) -> str:
    folder, _, file = name.rpartition("/")
    return f"{folder}/history/{file}"


def _log_uri(uri: str) -> str:
    return f"{_history(uri)}/log.jsonl"
