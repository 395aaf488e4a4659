"""The one answer to a callback token."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.errors import ValidationException
from localcloud.sagemaker.pipelines.callbacks import Callback, new_token

API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference"


def a_callback(**declared: str) -> Callback:
    return Callback("Ab1Ab1Ab1A", "Ask", declared)


def sent(**values: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def refusal(work: Any, *arguments: Any) -> str:
    with pytest.raises(ValidationException) as caught:
        work(*arguments)
    return str(caught.value)


@pytest.mark.documented(f"{API}/API_CallbackStepMetadata.html")
def test_token_is_ten_letters_and_digits() -> None:
    token = new_token()
    assert (len(token), token.isalnum(), token == new_token()) == (10, True, False)


def test_answer_has_values_of_the_declared_types() -> None:
    callback = a_callback(accuracy="Float", note="String")
    callback.succeed(sent(accuracy="0.9", note="ok"), None, "arn")
    assert callback.answer is not None
    assert callback.answer.values == {"accuracy": 0.9, "note": "ok"}


def test_answer_is_refused_and_can_be_given_again_when_its_outputs_are_wrong() -> None:
    callback = a_callback(accuracy="Float")
    for outputs, reason in (
        (sent(), "output parameter 'accuracy' is missing"),
        (sent(accuracy="high"), "output parameter 'accuracy' is no Float: high"),
        (sent(accuracy="1", other="2"), "Output parameter 'other' is unknown; step 'Ask' declares"),
        (sent(accuracy="1") * 2, "A name is doubled"),
    ):
        assert reason in refusal(callback.succeed, outputs, None, "arn")
    callback.succeed(sent(accuracy="1"), None, "arn")
    assert callback.answer is not None


@pytest.mark.documented(f"{API}/API_SendPipelineExecutionStepSuccess.html")
def test_second_answer_is_refused_unless_it_has_the_first_ones_request_token() -> None:
    callback = a_callback()
    callback.fail("no", "t" * 32, "arn")
    callback.fail("no", "t" * 32, "arn")
    callback.succeed([], "t" * 32, "arn")
    assert callback.answer is not None
    assert callback.answer.failure_reason == "no"
    for request_token in (None, "u" * 32):
        assert "has already been answered" in refusal(callback.succeed, [], request_token, "arn")


def test_answer_is_refused_when_the_step_has_ended_without_one() -> None:
    callback = a_callback()
    callback.closed = True
    assert "its step has ended" in refusal(callback.succeed, [], None, "arn")


def test_outputs_may_be_missing_when_the_execution_is_stopping() -> None:
    callback = a_callback(accuracy="Float")
    assert callback.begin_stopping()
    callback.succeed([], None, "arn")
    assert callback.answer is not None


def test_answer_counts_when_it_came_before_the_stop() -> None:
    callback = a_callback()
    callback.succeed([], None, "arn")
    assert not callback.begin_stopping()
