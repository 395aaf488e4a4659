"""StartPipelineExecution's members, from what the template passes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.job_events import JOB_ID

requests = asset("start_pipeline").module("execution_request")
jobs = asset("start_pipeline").module("slipway_shared.codepipeline_job")
# PipelineExecutionName in botocore's model, at most 82 characters.
DISPLAY_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,81}")


def test_the_job_id_is_the_token_of_the_request() -> None:
    text = '{"pipelineName":"P","executionDisplayName":"commit-0a1b","parameters":{}}'
    assert requests.execution_request(text, JOB_ID) == {
        "PipelineName": "P",
        "ClientRequestToken": JOB_ID,
        "PipelineParameters": [],
        "PipelineExecutionDisplayName": "commit-0a1b",
    }
    # ClientRequestToken has 32 to 128 characters in botocore's model.
    assert 32 <= len(JOB_ID) <= 128


def test_values_are_strings_whatever_their_type() -> None:
    text = '{"pipelineName":"P","parameters":{"a":"x","b":true,"c":2,"d":0.5}}'
    request = requests.execution_request(text, JOB_ID)
    assert {each["Name"]: each["Value"] for each in request["PipelineParameters"]} == {
        "a": "x",
        "b": "True",
        "c": "2",
        "d": "0.5",
    }
    assert "PipelineExecutionDisplayName" not in request


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}", "UserParameters lacks 'pipelineName'"),
        ('{"pipelineName":"P","name":"x"}', "unknown member 'name'"),
        ('{"pipelineName":"P","parameters":{"a":[1]}}', r"parameters\['a'\] must be a string"),
        ('{"pipelineName":"P","parameters":{"a":null}}', r"parameters\['a'\] must be a string"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, reason: str) -> None:
    with pytest.raises(jobs.ConfigurationError, match=reason):
        requests.execution_request(text, JOB_ID)


@given(text=st.text(max_size=200))
def test_any_text_gives_a_display_name_that_sagemaker_takes(text: str) -> None:
    name: Any = requests.display_name(text)
    assert name == "" or (DISPLAY_NAME.fullmatch(name) and len(name) <= 82)
    assert requests.display_name(name) == name
