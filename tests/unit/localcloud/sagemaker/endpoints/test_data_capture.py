"""What is captured is gathered, written under the documented keys, and not lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import cloud
from localcloud.clock import ManualClock
from localcloud.sagemaker.endpoints import data_capture
from localcloud.sagemaker.endpoints.capture_record import Invocation
from localcloud.sagemaker.endpoints.data_capture import DataCapture
from localcloud.settings import Settings

PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html"
pytestmark = pytest.mark.documented(PAGE)
CONFIG: dict[str, Any] = {
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://bucket/capture/",
    "CaptureOptions": [{"CaptureMode": "Input"}],
    "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
}


class Bucket:
    """Stands in S3's place: takes objects, or refuses them."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.refuses = False

    def put_object(self, **request: Any) -> None:
        if self.refuses:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "PutObject")
        self.objects[request["Key"]] = request

    def bodies(self) -> list[str]:
        """What was sent in each record, by key."""
        texts = [self.objects[key]["Body"].decode() for key in sorted(self.objects)]
        return [
            json.loads(line)["captureData"]["endpointInput"]["data"]
            for text in texts
            for line in text.splitlines()
        ]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 2, 3, 59, 59, 500000, tzinfo=UTC))


@pytest.fixture
def bucket(tmp_path: Any, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    found = Bucket()
    monkeypatch.setattr(data_capture.clients, "role_session", lambda *_: None)
    monkeypatch.setattr(data_capture.clients, "client", lambda *_: found)
    cloud.start(Settings(port=1, state_dir=tmp_path), clock)
    yield found
    cloud.stop()


class Capture(DataCapture):
    """One whose background is never there: only `flush` writes."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.told: list[str] = []
        super().__init__(config, "endpoint", "AllTraffic", "us-east-1", "arn:role", self._tell)
        self._is_writing = True

    def _tell(self, stream: str, lines: list[str]) -> None:
        self.told += [f"{stream}: {line}" for line in lines]

    def ask(self, body: str) -> None:
        self.record(Invocation(body.encode(), "text/csv", b"", "text/csv", None))


def test_records_lie_by_the_hour_of_their_invocation(bucket: Bucket, clock: ManualClock) -> None:
    capture = Capture(CONFIG)
    for body in ("1", "2"):
        capture.ask(body)
    clock.advance(1)
    capture.ask("3")
    capture.flush()
    first, second = sorted(bucket.objects)
    assert first.startswith("capture/endpoint/AllTraffic/2026/01/02/03/59-59-500-")
    assert second.startswith("capture/endpoint/AllTraffic/2026/01/02/04/00-00-500-")
    assert first.endswith(".jsonl")
    assert bucket.objects[first]["Body"].count(b"\n") == 2
    assert bucket.bodies() == ["1", "2", "3"]


def test_objects_are_of_a_bounded_size(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_capture, "OBJECT_CHARACTERS", 1000)
    capture = Capture(CONFIG)
    for number in range(20):
        capture.ask(str(number))
    capture.flush()
    assert len(bucket.objects) > 3
    assert sorted(bucket.bodies(), key=int) == [str(number) for number in range(20)]


@pytest.mark.parametrize(
    ("percentage", "least", "most"), [(0, 0, 0), (30, 500, 700), (100, 2000, 2000)]
)
def test_a_sample_is_of_the_size_that_is_said(
    bucket: Bucket, percentage: int, least: int, most: int
) -> None:
    capture = Capture({**CONFIG, "InitialSamplingPercentage": percentage})
    capture._random.seed(1)
    for _ in range(2000):
        capture.ask("1")
    capture.flush()
    assert least <= len(bucket.bodies()) <= most


def test_nothing_is_captured_while_it_is_off(bucket: Bucket) -> None:
    capture = Capture({**CONFIG, "EnableCapture": False})
    capture.ask("1")
    capture.flush()
    assert bucket.objects == {}


def test_a_key_is_given_to_s3(bucket: Bucket) -> None:
    capture = Capture({**CONFIG, "KmsKeyId": "alias/mine"})
    capture.ask("1")
    capture.flush()
    (request,) = bucket.objects.values()
    assert (request["ServerSideEncryption"], request["SSEKMSKeyId"]) == ("aws:kms", "alias/mine")


def test_what_s3_refuses_is_told_and_written_later(bucket: Bucket) -> None:
    capture = Capture(CONFIG)
    bucket.refuses = True
    for body in ("1", "2"):
        capture.ask(body)
        capture.flush()
    assert bucket.objects == {}
    assert capture.told[-1].startswith(
        "AllTraffic/data-capture: 2 captured records could not be written: "
    )
    assert "AccessDenied" in capture.told[-1]
    bucket.refuses = False
    capture.ask("3")
    capture.flush()
    assert bucket.bodies() == ["1", "2", "3"]


def test_only_so_much_is_kept_of_what_s3_refuses(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = Capture(CONFIG)
    bucket.refuses = True
    capture.ask("0")
    capture.flush()
    monkeypatch.setattr(data_capture, "KEPT_CHARACTERS", 1000)
    for number in range(1, 20):
        capture.ask(str(number))
    capture.flush()
    assert "are lost" in capture.told[-1]
    bucket.refuses = False
    capture.flush()
    kept = bucket.bodies()
    assert 0 < len(kept) < 10
    assert kept == [str(number) for number in range(20 - len(kept), 20)]


def test_more_than_s3_takes_in_time_is_written_at_once(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_capture, "KEPT_CHARACTERS", 1000)
    capture = Capture(CONFIG)
    for number in range(20):
        capture.ask(str(number))
    assert len(bucket.bodies()) > 10
    capture.flush()
    assert sorted(bucket.bodies(), key=int) == [str(number) for number in range(20)]


def test_the_background_writes_until_s3_has_taken_it(bucket: Bucket, clock: ManualClock) -> None:
    capture = Capture(CONFIG)
    wait, waits = clock.wait, []

    def refuses_twice(event: Any, seconds: float) -> bool:
        waits.append(seconds)
        bucket.refuses = len(waits) < 3
        return wait(event, seconds)

    clock.wait = refuses_twice  # type: ignore[method-assign]
    capture.ask("1")
    capture._write_on()
    assert waits == [1.0, 2.0, 4.0]
    assert len(capture.told) == 2
    assert bucket.bodies() == ["1"]
