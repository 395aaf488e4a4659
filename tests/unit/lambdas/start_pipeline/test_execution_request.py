"""What the UserParameters ask for, and StartPipelineExecution's members."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.job_events import JOB_ID

requests = asset("start_pipeline").module("execution_request")
flags = asset("start_pipeline").module("check_flags")
jobs = asset("start_pipeline").module("slipway_shared.codepipeline_job")
# PipelineExecutionName in botocore's model, at most 82 characters.
DISPLAY_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,81}")


def parse(**members: Any) -> Any:
    return requests.parse_asked(json.dumps({"pipelineName": "P", **members}))


def test_the_job_id_is_the_token_of_the_request() -> None:
    asked = parse(executionDisplayName="commit-0a1b", parameters={})
    assert requests.start_request(asked, JOB_ID, {}, "why") == {
        "PipelineName": "P",
        "ClientRequestToken": JOB_ID,
        "PipelineParameters": [],
        "PipelineExecutionDisplayName": "commit-0a1b",
        "PipelineExecutionDescription": "why",
    }
    # ClientRequestToken has 32 to 128 characters in botocore's model.
    assert 32 <= len(JOB_ID) <= 128


def test_values_are_strings_whatever_their_type() -> None:
    asked = parse(parameters={"a": "x", "b": True, "c": 2, "d": 0.5})
    request = requests.start_request(asked, JOB_ID, {"e": False, "f": "y"})
    assert {each["Name"]: each["Value"] for each in request["PipelineParameters"]} == {
        "a": "x",
        "b": "True",
        "c": "2",
        "d": "0.5",
        "e": "False",
        "f": "y",
    }
    assert "PipelineExecutionDisplayName" not in request
    assert "PipelineExecutionDescription" not in request


def test_what_a_person_gave_is_never_overridden() -> None:
    asked = parse(parameters={"SkipDataQualityCheck": True})
    request = requests.start_request(asked, JOB_ID, {"SkipDataQualityCheck": False})
    assert request["PipelineParameters"] == [{"Name": "SkipDataQualityCheck", "Value": "True"}]


def test_baselines_are_carried_over_and_refreshed_after_drift_unless_said_otherwise() -> None:
    asked = parse()
    assert asked.policy == flags.Policy("carry", "refresh")
    assert asked.model_package_group_name is None
    assert asked.drift_violations == frozenset()
    assert parse(retrainBaselines="refresh", driftResponse="carry").policy == flags.Policy(
        "refresh", "carry"
    )


@pytest.mark.parametrize(
    ("named", "checks"),
    [
        (["DataQuality", "ModelBias"], {"DataQuality", "ModelBias"}),
        ("DataQuality, ModelBias", {"DataQuality", "ModelBias"}),
        ("ModelExplainability", {"ModelExplainability"}),
        ("none", set()),
        ("", set()),
        ([], set()),
        (None, set()),
    ],
)
def test_drift_violations_are_a_list_or_a_text_with_commas(named: Any, checks: set[str]) -> None:
    assert parse(driftViolations=named).drift_violations == checks


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}", "UserParameters lacks 'pipelineName'"),
        ('{"pipelineName":"P","name":"x"}', "unknown member 'name'"),
        ('{"pipelineName":"P","parameters":{"a":[1]}}', r"parameters\['a'\] must be a string"),
        ('{"pipelineName":"P","parameters":{"a":null}}', r"parameters\['a'\] must be a string"),
        (
            '{"pipelineName":"P","retrainBaselines":"keep"}',
            "'retrainBaselines' must be 'carry' or 'refresh', not 'keep'",
        ),
        (
            '{"pipelineName":"P","driftResponse":"REFRESH"}',
            "'driftResponse' must be 'carry' or 'refresh', not 'REFRESH'",
        ),
        (
            '{"pipelineName":"P","driftViolations":{"DataQuality":true}}',
            "'driftViolations' must be a list or a string",
        ),
        (
            '{"pipelineName":"P","driftViolations":"dataquality"}',
            "driftViolations names 'dataquality'; known checks: DataQuality, DataBias,",
        ),
        ('{"pipelineName":"P","driftViolations":[1]}', "driftViolations names 1; known checks"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, reason: str) -> None:
    with pytest.raises(jobs.ConfigurationError, match=reason):
        requests.parse_asked(text)


@given(text=st.text(max_size=200))
def test_any_text_gives_a_display_name_that_sagemaker_takes(text: str) -> None:
    name: Any = requests.display_name(text)
    assert name == "" or (DISPLAY_NAME.fullmatch(name) and len(name) <= 82)
    assert requests.display_name(name) == name
