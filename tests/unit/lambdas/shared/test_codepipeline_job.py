"""Every job is answered, whatever happens, in a form that CodePipeline takes."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Answers, Stub
from tests.unit.lambdas.job_events import JOB_ID, MANIFEST_KEY, SECRET, STORE, job_event

SHARED = asset("shared")
jobs = SHARED.module("slipway_shared.codepipeline_job")


@pytest.fixture
def answers(answers_of: Callable[..., Answers]) -> Answers:
    return answers_of(SHARED)


def _handler(outcome: Any) -> Callable[[Any, object], None]:
    """A handler whose action gives, or raises, this."""

    def act(job: Any) -> Any:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    handler: Callable[[Any, object], None] = jobs.answers_job(act)
    return handler


def _throttled() -> ClientError:
    response = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}
    return ClientError(response, "DescribeEndpoint")


def _limit(shape: str) -> int:
    client = SHARED.module("slipway_shared.clients").client("codepipeline")
    return int(client.meta.service_model.shape_for(shape).metadata["max"])


def test_the_job_is_read_from_the_event() -> None:
    job = jobs.parse_job(job_event('{"a":1}', continuation={"b": 2}, artifacts=("Manifest",)))
    assert (job.id, job.user_parameters, job.continuation) == (JOB_ID, '{"a":1}', {"b": 2})
    assert job.input_artifacts == (jobs.InputArtifact("Manifest", STORE, MANIFEST_KEY),)
    assert job.credentials.secret_access_key == SECRET


def test_a_first_call_has_no_continuation_and_may_have_no_user_parameters() -> None:
    event = job_event("")
    del event["CodePipeline.job"]["data"]["actionConfiguration"]["configuration"]["UserParameters"]
    job = jobs.parse_job(event)
    assert job.continuation is None
    assert job.user_parameters == ""


def test_success_carries_variables_and_the_execution_id(answers: Answers) -> None:
    _handler(jobs.Succeeded("done", {"EndpointName": "e"}, "arn:x"))(job_event(""), None)
    assert answers.success == {
        "jobId": JOB_ID,
        "executionDetails": {"summary": "done", "externalExecutionId": "arn:x"},
        "outputVariables": {"EndpointName": "e"},
    }


def test_a_continuation_is_handed_back_as_it_was_given(answers: Answers) -> None:
    token = {"startedAt": 1700000000.125, "requested": "update"}
    _handler(jobs.Continued(token, "waiting"))(job_event(""), None)
    sent = answers.only("PutJobSuccessResult")
    # outputVariables are refused beside a token (botocore's model, PutJobSuccessResult).
    assert "outputVariables" not in sent
    again = jobs.parse_job(job_event("", continuation=sent["continuationToken"]))
    assert again.continuation == token


def test_a_failure_tells_its_kind_and_reason(answers: Answers) -> None:
    _handler(jobs.ConfigurationError("no such pipeline", "arn:x"))(job_event(""), None)
    assert answers.only("PutJobFailureResult")["failureDetails"] == {
        "type": "ConfigurationError",
        "message": "no such pipeline",
        "externalExecutionId": "arn:x",
    }


def test_an_unexpected_exception_fails_the_job(answers: Answers) -> None:
    _handler(KeyError("x"))(job_event(""), None)
    assert answers.failure == "KeyError: 'x'"


def test_an_event_without_parameters_fails_the_job(answers: Answers) -> None:
    event = {"CodePipeline.job": {"id": JOB_ID, "data": {}}}
    _handler(jobs.Succeeded("done"))(event, None)
    assert answers.failure == "KeyError: 'actionConfiguration'"


@pytest.mark.parametrize("token", ["not json", "[1]", "7"])
def test_a_strange_token_fails_the_job(answers: Answers, token: str) -> None:
    _handler(jobs.Succeeded("done"))(job_event("", continuation=token), None)
    assert answers.failure == f"continuation token is not one of this function's: {token!r}"


@pytest.mark.parametrize(
    "error",
    [
        _throttled(),
        ReadTimeoutError(endpoint_url="https://s"),
        ConnectTimeoutError(endpoint_url="https://s"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_transient_error_of_a_later_call_continues(answers: Answers, error: Exception) -> None:
    _handler(error)(job_event("", continuation={"executionArn": "a"}), None)
    assert answers.token == {"executionArn": "a"}
    assert answers.summary.startswith("trying again: ")


def test_a_transient_error_of_the_first_call_fails(answers: Answers) -> None:
    _handler(_throttled())(job_event(""), None)
    assert "Rate exceeded" in answers.failure


def test_a_lasting_error_of_a_later_call_fails(answers: Answers) -> None:
    response = {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}
    error = ClientError(response, "DescribeEndpoint")
    _handler(error)(job_event("", continuation={"executionArn": "a"}), None)
    assert "not authorized" in answers.failure


def test_a_token_that_is_too_long_fails_the_job(answers: Answers) -> None:
    _handler(jobs.Continued({"a": "x" * 3000}, "waiting"))(job_event(""), None)
    assert answers.failure == "ValueError: continuation token has 3008 characters, allowed: 2048"


def test_limits_are_those_of_the_api() -> None:
    assert _limit("Message") == jobs.MAX_MESSAGE
    assert _limit("ExecutionSummary") == jobs.MAX_SUMMARY
    assert _limit("ContinuationToken") == jobs.MAX_TOKEN


@given(text=st.text(max_size=50).map(lambda text: text * 200))
def test_texts_are_cut_to_what_the_api_takes(text: str) -> None:
    failure = jobs.failure_request(JOB_ID, jobs.JobFailure(text))["failureDetails"]
    assert 1 <= len(failure["message"]) <= jobs.MAX_MESSAGE
    details = jobs.success_request(JOB_ID, jobs.Succeeded(text))["executionDetails"]
    assert 1 <= len(details["summary"]) <= jobs.MAX_SUMMARY
    assert details["summary"].rstrip("…") in (text or "(no reason given)")


@pytest.mark.parametrize("outcome", [jobs.Succeeded("done"), jobs.JobFailure("no")])
def test_a_job_that_is_answered_already_is_left_alone(stub: Stub, outcome: Any) -> None:
    codepipeline = stub(SHARED, "codepipeline")
    operation = "success" if isinstance(outcome, jobs.Succeeded) else "failure"
    codepipeline.add_client_error(f"put_job_{operation}_result", "InvalidJobStateException")
    _handler(outcome)(job_event(""), None)


def test_an_answer_that_is_refused_is_lambdas_to_retry(stub: Stub) -> None:
    stub(SHARED, "codepipeline").add_client_error("put_job_success_result", "AccessDenied")
    with pytest.raises(ClientError, match="AccessDenied"):
        _handler(jobs.Succeeded("done"))(job_event(""), None)


def test_credentials_are_never_shown(caplog: pytest.LogCaptureFixture, answers: Answers) -> None:
    caplog.set_level(logging.DEBUG, logger="slipway_shared")
    _handler(RuntimeError("unexpected"))(job_event(""), None)
    assert SECRET not in caplog.text + json.dumps(answers.calls) + repr(
        jobs.parse_job(job_event(""))
    )
