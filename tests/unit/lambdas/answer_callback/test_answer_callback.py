"""Each token is answered once, by what lies in S3; what cannot be answered is said, and ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Stub
from tests.unit.lambdas.job_events import STORE

ASSET = asset("answer_callback")
handle = ASSET.module("lambda_function").lambda_handler
EXECUTION = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/abalonebatch/execution/abc"
TOKEN = "26vcYbeWsZ"
FOLDER = "Batch/e/scores"
ACCEPTED = [{"Name": "Accepted", "Value": "true"}, {"Name": "Receiver", "Value": "answer_callback"}]
# As Lambda hands them over: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
RECORD = {
    "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
    "attributes": {"ApproximateReceiveCount": "1"},
    "messageAttributes": {},
    "eventSource": "aws:sqs",
    "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:scores",
}


def message(token: str = TOKEN, status: str | None = "Executing", **arguments: Any) -> str:
    body = {
        "token": token,
        "pipelineExecutionArn": EXECUTION,
        "arguments": {"ScoresS3Uri": f"s3://{STORE}/{FOLDER}", "Rows": 3, **arguments},
    }
    return json.dumps(body | ({"status": status} if status else {}))


def batch(*bodies: str) -> dict[str, Any]:
    return {"Records": [{**RECORD, "messageId": f"m{n}", "body": b} for n, b in enumerate(bodies)]}


def ends(*bodies: str) -> list[str]:
    """The messages of the batch that are to come again."""
    answer = handle(batch(*bodies), None)
    assert set(answer) == {"batchItemFailures"}
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


@pytest.fixture
def scores(s3: Any) -> Any:
    """Puts objects below the scores' address."""

    def put(**objects: str) -> None:
        for name, text in objects.items():
            s3.put_object(Bucket=STORE, Key=f"{FOLDER}/{name}.csv.out", Body=text.encode())
        # A neighbour that is not below it.
        s3.put_object(Bucket=STORE, Key=f"{FOLDER}-of-another", Body=b"1\n")

    return put


def succeeds(stub: Stub, token: str = TOKEN) -> None:
    stub(ASSET, "sagemaker").add_response(
        "send_pipeline_execution_step_success",
        {"PipelineExecutionArn": EXECUTION},
        {"CallbackToken": token, "OutputParameters": ACCEPTED},
    )


def fails(stub: Stub, reason: str, token: str = TOKEN) -> None:
    stub(ASSET, "sagemaker").add_response(
        "send_pipeline_execution_step_failure",
        {"PipelineExecutionArn": EXECUTION},
        {"CallbackToken": token, "FailureReason": reason},
    )


@pytest.mark.parametrize("status", ["Executing", None])
def test_scores_that_are_there_are_accepted(scores: Any, stub: Stub, status: str | None) -> None:
    scores(a="1,2\n3,4\n", b="5,6")
    succeeds(stub)
    assert ends(message(status=status)) == []


def test_rows_that_were_not_announced_are_only_counted(scores: Any, stub: Stub) -> None:
    scores(a="1\n")
    succeeds(stub)
    assert ends(message(Rows=None)) == []


@pytest.mark.parametrize(
    ("objects", "arguments", "reason"),
    [
        ({}, {}, f"there are no scores at s3://{STORE}/{FOLDER}"),
        ({"a": "\n \n"}, {}, f"there are no scores at s3://{STORE}/{FOLDER}"),
        ({"a": "1\n2\n"}, {}, f"s3://{STORE}/{FOLDER} has 2 rows; 3 were announced"),
        (
            {},
            {"ScoresS3Uri": "s3://not-there/x"},
            "s3://not-there/x cannot be read: NoSuchBucket: The specified bucket does not exist",
        ),
        (
            {},
            {"ScoresS3Uri": "here"},
            "ScoresS3Uri is not an S3 URI of the form s3://bucket/key: 'here'",
        ),
    ],
)
def test_scores_that_cannot_be_taken_over_fail_the_step_with_the_reason(
    scores: Any, stub: Stub, objects: dict[str, str], arguments: dict[str, Any], reason: str
) -> None:
    scores(**objects)
    fails(stub, reason)
    assert ends(message(**arguments)) == []


def test_scores_that_must_not_be_read_fail_the_step(stub: Stub) -> None:
    stub(ASSET, "s3").add_client_error("list_objects_v2", "AccessDenied", "Access Denied")
    fails(stub, f"s3://{STORE}/{FOLDER} cannot be read: AccessDenied: Access Denied")
    assert ends(message()) == []


def test_a_reason_is_cut_to_what_the_api_takes(stub: Stub) -> None:
    address = "x" * 300
    reason = f"ScoresS3Uri is not an S3 URI of the form s3://bucket/key: '{address}"[:255] + "…"
    fails(stub, reason)
    assert ends(message(ScoresS3Uri=address)) == []


def test_an_execution_that_stops_gets_its_answer(stub: Stub) -> None:
    fails(stub, "the execution is stopping: the scores are not taken over")
    assert ends(message(status="Stopping")) == []


@pytest.mark.parametrize("code", ["ValidationException", "ResourceNotFound", "ConflictException"])
def test_a_token_that_takes_no_answer_is_logged_and_does_not_come_again(
    scores: Any, stub: Stub, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    scores(a="1\n2\n3\n")
    stub(ASSET, "sagemaker").add_client_error(
        "send_pipeline_execution_step_success", code, "it has already been answered"
    )
    assert ends(message()) == []
    assert f"token {TOKEN} of {EXECUTION} takes no answer any more" in caplog.text


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "InternalError"])
def test_an_answer_that_may_succeed_later_comes_again(scores: Any, stub: Stub, code: str) -> None:
    scores(a="1\n2\n3\n")
    stub(ASSET, "sagemaker").add_client_error("send_pipeline_execution_step_success", code)
    assert ends(message()) == ["m0"]


def test_s3_that_does_not_answer_is_asked_again_later(stub: Stub) -> None:
    stub(ASSET, "s3").add_client_error("list_objects_v2", "SlowDown")
    assert ends(message()) == ["m0"]


@pytest.mark.parametrize("body", ["{", "[]", '{"arguments": {}}', '{"token": 1}'])
def test_a_message_that_no_callback_step_sent_is_for_a_person_to_see(
    body: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert ends(body) == ["m0"]
    assert "message m0 goes back to the queue" in caplog.text


def test_one_message_does_not_take_the_others_back(scores: Any, stub: Stub) -> None:
    scores(a="1\n2\n3\n")
    first, third = "firsttoken", "thirdtoken"
    succeeds(stub, first)
    succeeds(stub, third)
    assert ends(message(first), "junk", message(third)) == ["m1"]


@pytest.mark.parametrize(
    ("chunks", "rows"),
    [([], 0), ([b"1\n2"], 2), ([b"1", b"2\n", b"3\n"], 2), ([b"1\n", b"\n \r\n", b"2\r\n"], 2)],
)
def test_rows_are_counted_across_chunks(chunks: list[bytes], rows: int) -> None:
    class Body:
        def iter_chunks(self, size: int) -> list[bytes]:
            return chunks

    assert ASSET.module("scores")._rows_of(Body()) == rows
