"""S3's events on EventBridge: what moto sends for a bucket with an EventBridge configuration, in AWS's
shape and through our delivery.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html. moto 5.2.5 writes the time as a
number, `eTag` for `etag`, the same id, sequencer and request id for every event, an untrue reason and
a version id where there is none, and answers for its own targets only. Emitted are `Object Created`
and `Object Deleted`. Not emitted, because moto announces them at the wrong moments (tags with every
multipart upload) or never: tags, ACLs, restores, storage classes, and the removal of one version that
is not the last.
"""

from __future__ import annotations

import itertools
import secrets
import time
from typing import Any

from moto.s3 import models as s3_models
from moto.s3 import notifications

from localcloud.events.bus import emit
from localcloud.iam.authorization import install as authorization

REASONS = {
    "s3:ObjectCreated:Put": "PutObject",
    "s3:ObjectCreated:Post": "POST Object",
    "s3:ObjectCreated:Copy": "CopyObject",
    "s3:ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
}
DELETIONS = {
    "s3:ObjectRemoved:Delete": "Permanently Deleted",
    "s3:ObjectRemoved:DeleteMarkerCreated": "Delete Marker Created",
}
_sequence = itertools.count()


def install() -> None:
    """Patch moto's S3: its EventBridge messages, and its invented `CreateBucket` event."""
    notifications._send_event_bridge_message = send
    s3_models.events_send_notification = _send_nothing


def send(account_id: str, bucket: Any, event_name: Any, key: Any) -> None:
    """Emit what happened to an object of a bucket that has an EventBridge configuration, in the account
    of the bucket."""
    name = str(getattr(event_name, "value", event_name))
    changed: dict[str, Any] = {"key": key.name}
    if name in REASONS:
        detail_type = "Object Created"
        changed |= {"size": key.size, "etag": key.etag.replace('"', "")}
        extra = {"reason": REASONS[name]}
    elif name in DELETIONS:
        detail_type = "Object Deleted"
        if getattr(key, "etag", None):
            changed["etag"] = key.etag.replace('"', "")
        extra = {"reason": "DeleteObject", "deletion-type": DELETIONS[name]}
    else:
        return
    if bucket.is_versioned:
        changed["version-id"] = key.version_id
    requester = authorization.s3_caller()
    changed["sequencer"] = f"{time.time_ns() // 1000:013X}{next(_sequence) % 0x1000:03X}"
    emit(
        "aws.s3",
        detail_type,
        {
            "version": "0",
            "bucket": {"name": bucket.name},
            "object": changed,
            "request-id": secrets.token_hex(8).upper(),
            "requester": requester.account if requester else account_id,
            "source-ip-address": "127.0.0.1",
            **extra,
        },
        resources=[bucket.arn],
        account_id=bucket.account_id,
        region=bucket.region_name,
    )


def _send_nothing(*args: Any, **kwargs: Any) -> None:
    """CreateBucket comes to EventBridge through CloudTrail, which the local cloud does not have."""
