"""Source action S3: copies one version of an object into the artifact store.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html. Without an override
the newest version is taken. Failure texts are assumed. Polling is refused: a pipeline is started by an
EventBridge rule or by hand.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.codepipeline.actions.action import (
    ActionContext,
    ActionFailed,
    ActionProvider,
    ActionType,
    Result,
    store_failure,
)
from localcloud.codepipeline.records import SourceRevision


class S3Source(ActionProvider):
    """`Source/S3`."""

    type = ActionType(
        "Source",
        "S3",
        required=frozenset({"S3Bucket", "S3ObjectKey"}),
        optional=frozenset({"PollForSourceChanges", "AllowOverrideForS3ObjectKey"}),
        outputs=(1, 1),
    )

    def run(self, context: ActionContext) -> Result:
        bucket = context.configuration["S3Bucket"]
        key, version = _wanted(context)
        s3 = context.client("s3")
        try:
            versioning = s3.get_bucket_versioning(Bucket=bucket).get("Status")
            if versioning != "Enabled":
                raise ActionFailed(
                    f"The Amazon S3 bucket {bucket} is not versioned. Enable versioning on the "
                    "bucket of an Amazon S3 source action, and then try again.",
                    "ConfigurationError",
                )
            # The newest version by its id, as the execution will name it.
            newest = version or s3.head_object(Bucket=bucket, Key=key)["VersionId"]
            found = s3.get_object(Bucket=bucket, Key=key, VersionId=newest)
            content = found["Body"].read()
        except ClientError as error:
            raise _failure(bucket, key, version, error) from error
        except BotoCoreError as error:
            raise store_failure(bucket, error) from error
        revision = str(found.get("VersionId", "null"))
        etag = str(found["ETag"]).strip('"')
        context.put_output(context.run.outputs[0], content)
        return Result(
            {"BucketName": bucket, "ETag": etag, "ObjectKey": key, "VersionId": revision},
            SourceRevision(
                context.run.action,
                revision,
                summary=f"Amazon S3 version id: {revision}",
                url=f"https://console.aws.amazon.com/s3/object/{bucket}/{key}?region={context.region}",
                created=found["LastModified"],
                artifact_name=context.run.outputs[0].name,
                change_identifier=etag,
            ),
        )


def _wanted(context: ActionContext) -> tuple[str, str | None]:
    key, override = context.configuration["S3ObjectKey"], context.override
    if override is None:
        return key, None
    if override.revision_type == "S3_OBJECT_VERSION_ID":
        return key, override.revision_value
    if override.revision_type == "S3_OBJECT_KEY":
        if context.configuration.get("AllowOverrideForS3ObjectKey", "").lower() != "true":
            raise ActionFailed(
                f"The source action {context.run.action} does not allow an override of the object "
                "key: set AllowOverrideForS3ObjectKey to true.",
                "ConfigurationError",
            )
        return override.revision_value, None
    raise ActionFailed(
        f"A source revision override of type {override.revision_type} cannot be used for the "
        f"Amazon S3 source action {context.run.action}; it takes S3_OBJECT_VERSION_ID or "
        "S3_OBJECT_KEY.",
        "ConfigurationError",
    )


def _failure(bucket: str, key: str, version: str | None, error: Any) -> ActionFailed:
    code = str(error.response["Error"].get("Code", ""))
    if code in ("NoSuchKey", "NoSuchVersion", "404", "InvalidArgument"):
        what = f"version {version} of the object {key}" if version else f"the object {key}"
        return ActionFailed(
            f"The source action could not find {what} in the Amazon S3 bucket {bucket}. Make sure "
            f"that the object exists, and then try again. Error: Amazon S3:{code}:"
            f"{error.response['Error'].get('Message', '')}",
            "ConfigurationError",
        )
    return store_failure(bucket, error)
