"""Batch transform jobs that fail, that are stopped, and requests that are refused."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from localcloud.sagemaker.containers.container import Command
from localcloud.sagemaker.containers.images.xgboost import XGBoost

from .conftest import Transforms

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html"
)
# Healthy, and never done with a request.
SLOW = """
import http.server, os, socket, threading, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/ping" else 404)
        self.end_headers()
    def do_POST(self):
        print("asked", flush=True)
        threading.Event().wait()
listener = socket.socket(fileno=int(os.environ["LISTEN_FD"]))
server = http.server.ThreadingHTTPServer(("", 0), Handler, bind_and_activate=False)
server.socket = listener
server.serve_forever()
"""


def test_a_bad_record_costs_its_own_object_only(transforms: Transforms) -> None:
    transforms.put("bad.csv", "1,0\nx,0\n")
    transforms.put("good.csv", "2,0\n")
    described = transforms.run()
    assert described["TransformJobStatus"] == "Failed"
    assert described["FailureReason"] == "ClientError: See job logs for more information"
    assert transforms.results() == {"good.csv.out": "2.0\n"}
    log = transforms.data_log(described["TransformJobName"])
    bad = f"{transforms.service.bucket}/{transforms.prefix}/in/bad.csv"
    assert log[1:4] == [f"{bad}: ClientError: 415", f"{bad}: ", f"{bad}: Message:"]
    assert log[4].startswith(f"{bad}: Loading text/csv data failed")


def test_a_failing_container_is_asked_again(
    transforms: Transforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = SLOW.replace(
        "threading.Event().wait()", "self.send_response(500); self.end_headers()"
    )
    monkeypatch.setattr(XGBoost, "serving", lambda *_: Command(("python3", "-c", failing)))
    transforms.put("a.csv", "1,0\n")
    described = transforms.run(ModelClientConfig={"InvocationsMaxRetries": 1})
    assert described["FailureReason"] == "AlgorithmError: See job logs for more information"
    asked = transforms.container_log(described["TransformJobName"]).count("asked")
    assert asked == 2
    assert transforms.results() == {}


def test_an_output_filter_outside_of_the_data_is_an_error(transforms: Transforms) -> None:
    transforms.put("a.csv", "1,0\n")
    described = transforms.run(DataProcessing={"OutputFilter": "$[4]"})
    assert described["FailureReason"] == "ClientError: See job logs for more information"
    last = transforms.data_log(described["TransformJobName"])[-1]
    assert last.endswith("index 4 is outside of 1 elements")


def test_an_object_that_is_too_large_is_an_error(transforms: Transforms) -> None:
    transforms.put("a.csv", "1,0\n" * (1 << 19))
    described = transforms.run(Input={"SplitType": "None"}, MaxPayloadInMB=1)
    assert described["TransformJobStatus"] == "Failed"
    last = transforms.data_log(described["TransformJobName"])[-1]
    assert last.endswith("Too much data for max payload size")


def test_a_model_that_does_not_load_fails_the_job(
    transforms: Transforms, broken_model: str
) -> None:
    transforms.put("a.csv", "1,0\n")
    described = transforms.run(ModelName=broken_model)
    assert described["FailureReason"] == (
        "AlgorithmError: Model container failed to respond to ping. Please ensure /ping endpoint is "
        "implemented and responds with an HTTP 200 status code"
    )


def test_a_prefix_without_objects_fails_the_job(transforms: Transforms) -> None:
    described = transforms.run()
    assert described["FailureReason"].startswith("ClientError: No S3 objects found under S3 URL")


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTransformJob.html"
)
def test_a_job_that_is_stopped_stores_nothing(
    transforms: Transforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(XGBoost, "serving", lambda *_: Command(("python3", "-c", SLOW)))
    transforms.put("a.csv", "1,0\n")
    request = transforms.request()
    name = request["TransformJobName"]
    arn = transforms.sagemaker.create_transform_job(**request)["TransformJobArn"]

    def asked() -> bool:
        try:
            return "asked" in transforms.container_log(name)
        except Exception:  # noqa: BLE001 (no stream yet)
            return False

    assert current().changes.wait_until(asked, 30, recheck_seconds=0.05)
    transforms.sagemaker.stop_transform_job(TransformJobName=name)
    assert transforms.ended(name)["TransformJobStatus"] == "Stopped"
    assert transforms.results() == {}
    events = transforms.service.events(arn, lambda each: each["TransformJobStatus"] == "Stopped")
    assert [event["detail"]["TransformJobStatus"] for event in events] == [
        "InProgress",
        "Stopping",
        "Stopped",
    ]
    with pytest.raises(ClientError, match="the transform job is in status Stopped"):
        transforms.sagemaker.stop_transform_job(TransformJobName=name)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"Input": {"SplitType": "RecordIO"}}, "SplitType 'RecordIO'; supported: Line, None"),
        ({"Input": {"SplitType": "TFRecord"}}, "SplitType 'TFRecord'; supported: Line, None"),
        (
            {"DataCaptureConfig": {"DestinationS3Uri": "s3://b/c"}},
            "CreateTransformJob member 'DataCaptureConfig'; supported: ",
        ),
        (
            {"ModelClientConfig": {"InvocationsMaxRetries": 4}},
            "Member must have value less than or equal to 3",
        ),
        ({"ModelName": "absent"}, 'Could not find model "arn:aws:sagemaker:.*:model/absent".'),
        ({"MaxPayloadInMB": 101}, "must be at most 100"),
        ({"MaxPayloadInMB": 60, "MaxConcurrentTransforms": 2}, "given: 60 and 120"),
        ({"DataProcessing": {"InputFilter": "$..a"}}, "InputFilter: '\\$..a' is not supported"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(
    transforms: Transforms, members: dict[str, Any], said: str
) -> None:
    with pytest.raises(ClientError, match=said) as caught:
        transforms.sagemaker.create_transform_job(**transforms.request(**members))
    assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_an_absent_job_is_said_to_be_absent(transforms: Transforms) -> None:
    for call in (
        transforms.sagemaker.describe_transform_job,
        transforms.sagemaker.stop_transform_job,
    ):
        with pytest.raises(ClientError, match="Could not find requested job with name: absent"):
            call(TransformJobName="absent")
