"""Who watches the calls is told of each that is allowed, and may refuse it as its service would."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from localcloud.errors import AwsError
from localcloud.iam.authorization import gate
from localcloud.iam.authorization.caller import Caller
from tests.local_server import LocalCloud
from tests.unit.localcloud.iam.authorization.conftest import Allowed, allow

pytestmark = pytest.mark.local_only("AWS lets nobody watch")


@pytest.fixture
def seen() -> Iterator[list[tuple[str, str]]]:
    """The actions that were watched, with who asked; `s3:GetObject` and `sqs:ListQueues` are refused."""
    found: list[tuple[str, str]] = []

    def watch(caller: Caller, action: str, resource: str) -> None:
        found.append((caller.kind, action))
        if action in ("s3:GetObject", "sqs:ListQueues"):
            raise AwsError("SlowDown", "not now", 400)

    gate.watchers.append(watch)
    yield found
    gate.watchers.remove(watch)


def test_an_allowed_call_is_seen_and_can_be_refused(
    person: LocalCloud, session: Allowed, bucket: str, seen: list[tuple[str, str]]
) -> None:
    person.client("s3").put_object(Bucket=bucket, Key="key", Body=b"x")
    client = session(allow(["s3:GetObject", "sqs:ListQueues"])).client
    for refused in (
        lambda: client("s3").get_object(Bucket=bucket, Key="key"),
        lambda: client("sqs").list_queues(),
    ):
        with pytest.raises(ClientError, match=r"\(SlowDown\).*not now"):
            refused()
    assert ("person", "s3:PutObject") in seen
    assert {("role", "s3:GetObject"), ("role", "sqs:ListQueues")} <= set(seen)


def test_a_denied_call_is_not_seen(
    session: Allowed, bucket: str, seen: list[tuple[str, str]]
) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        session().client("s3").list_objects_v2(Bucket=bucket)
    assert ("role", "s3:ListBucket") not in seen
