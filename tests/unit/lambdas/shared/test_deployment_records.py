"""Records of what happened: each written once, listed in the order of their time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Stub
from tests.unit.lambdas.job_events import STORE

SHARED = asset("shared")
records = SHARED.module("slipway_shared.deployment_records")
client = SHARED.module("slipway_shared.clients").client


def _write(time: str, version: int, outcome: str, content: str = "{}", folder: str = "prod") -> str:
    key: str = records.write_record(
        client("s3"),
        STORE,
        folder,
        time=time,
        version=version,
        outcome=outcome,
        content=content,
    )
    return key


def _body(s3: Any, key: str) -> Any:
    return json.loads(s3.get_object(Bucket=STORE, Key=key)["Body"].read())


def test_a_records_key_says_when_which_version_and_what_became_of_it(s3: Any) -> None:
    key = _write("2026-11-25T10:21:07Z", 7, "succeeded", '{"a": 1}')
    assert key == "history/prod/2026-11-25T10:21:07Z-v7-succeeded.json"
    assert _body(s3, key) == {"a": 1}
    assert s3.head_object(Bucket=STORE, Key=key)["ContentType"] == "application/json"


def test_nothing_overwrites_a_record(s3: Any) -> None:
    key = _write("2026-11-25T10:21:07Z", 7, "succeeded", '{"a": 1}')
    assert _write("2026-11-25T10:21:07Z", 7, "succeeded", '{"a": 2}') == key
    assert _body(s3, key) == {"a": 1}


def test_another_error_is_raised(s3: Any, stub: Stub) -> None:
    stub(SHARED, "s3").add_client_error("put_object", "AccessDenied")
    with pytest.raises(ClientError, match="AccessDenied"):
        _write("2026-11-25T10:21:07Z", 7, "succeeded")


def test_records_are_listed_from_the_oldest_and_of_one_folder_only(s3: Any) -> None:
    _write("2026-11-25T10:00:00Z", 8, "rolled-back")
    _write("2026-11-24T10:00:00Z", 7, "succeeded")
    _write("2026-11-26T10:00:00.123Z", 8, "failed")
    _write("2026-11-23T10:00:00Z", 6, "succeeded", folder="production")
    s3.put_object(Bucket=STORE, Key="history/prod/notes.txt", Body=b"by hand")
    entries = list(records.list_records(client("s3"), STORE, "prod"))
    assert [(entry.time, entry.version, entry.outcome) for entry in entries] == [
        ("2026-11-24T10:00:00Z", 7, "succeeded"),
        ("2026-11-25T10:00:00Z", 8, "rolled-back"),
        ("2026-11-26T10:00:00.123Z", 8, "failed"),
    ]


def test_every_page_is_read(s3: Any) -> None:
    """S3 lists a thousand keys at a time."""
    for number in range(1002):
        key = f"history/prod/2026-11-25T10:00:00Z-v{number}-failed.json"
        s3.put_object(Bucket=STORE, Key=key, Body=b"{}")
    assert sum(1 for _ in records.list_records(client("s3"), STORE, "prod")) == 1002


@pytest.mark.parametrize(
    ("version", "stage", "expected"),
    [(7, "prod", True), (8, "prod", False), (7, "staging", False), (70, "prod", False)],
)
def test_was_live_only_what_succeeded_in_that_stage(
    s3: Any, version: int, stage: str, expected: bool
) -> None:
    _write("2026-11-24T10:00:00Z", 7, "succeeded")
    _write("2026-11-25T10:00:00Z", 8, "rolled-back")
    assert records.was_live(client("s3"), STORE, stage, version) is expected
