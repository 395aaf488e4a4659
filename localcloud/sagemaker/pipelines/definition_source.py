"""Where the text of a definition comes from: the request itself, or an object in S3.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PipelineDefinitionS3Location.html
The object is read as whoever makes the pipeline.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from localcloud import clients
from localcloud.errors import ValidationException
from localcloud.iam.authorization import gate


def definition_text(request: Mapping[str, Any], region: str) -> str | None:
    """The definition that a request gives, or None; ValidationException if it cannot be read."""
    text: str | None = request.get("PipelineDefinition")
    location = request.get("PipelineDefinitionS3Location")
    if text is not None and location:
        raise ValidationException(
            "Only one of PipelineDefinition and PipelineDefinitionS3Location can be given."
        )
    return _read(location, region) if location else text


def _read(location: Mapping[str, str], region: str) -> str:
    request = {"Bucket": location["Bucket"], "Key": location["ObjectKey"]}
    if location.get("VersionId"):
        request["VersionId"] = location["VersionId"]
    try:
        caller = gate.present_caller()
        credentials = clients.as_caller(caller) if caller else None
        body = clients.client("s3", region, credentials).get_object(**request)["Body"].read()
    except ClientError as error:
        raise ValidationException(
            f"Unable to read the pipeline definition s3://{request['Bucket']}/{request['Key']}: "
            f"{error.response['Error']['Message']}"
        ) from error
    return str(body.decode("utf-8"))
