"""The handler: widens what is new, leaves what is carried over, and says what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Stub
from tests.unit.lambdas.job_events import STORE

ASSET = asset("relax_baseline")
lambda_handler = ASSET.module("lambda_function").lambda_handler

FOLDER = f"s3://{STORE}/Abalone/p4jn9xou8a8s/checks/model_quality"
SOURCE = f"{FOLDER}/constraints.json"
TARGET = f"{FOLDER}/registered/constraints.json"
CONSTRAINTS = {
    "version": 0.0,
    "regression_constraints": {
        "mse": {"threshold": 4.0, "comparison_operator": "GreaterThanThreshold"}
    },
}
# As `pipelines.check_steps.native` makes it.
EVENT = {
    "constraintsS3Uri": SOURCE,
    "registerNewBaseline": "true",
    "tolerance": 0.25,
    "outputS3Uri": f"{FOLDER}/registered",
}


ANALYSIS = {
    "version": "1.0",
    "post_training_bias_metrics": {
        "label": "rings",
        "facets": {"F": [{"value_or_threshold": "1", "metrics": [{"name": "DI", "value": 0.75}]}]},
        "label_value_or_threshold": "1",
    },
}


def put(s3: Any, body: bytes) -> None:
    s3.put_object(Bucket=STORE, Key=SOURCE.removeprefix(f"s3://{STORE}/"), Body=body)


def keys(s3: Any) -> list[str]:
    listed = s3.list_objects_v2(Bucket=STORE).get("Contents", [])
    return [f"s3://{STORE}/{each['Key']}" for each in listed]


@pytest.mark.parametrize("register", ["true", "True", True])
@pytest.mark.parametrize("tolerance", [0.25, "0.25"])
@pytest.mark.parametrize("folder", [f"{FOLDER}/registered", f"{FOLDER}/registered/"])
def test_a_new_baseline_is_widened_beside_the_one_that_was_computed(
    s3: Any, register: Any, tolerance: Any, folder: str
) -> None:
    put(s3, json.dumps(CONSTRAINTS).encode())
    event = {
        **EVENT,
        "registerNewBaseline": register,
        "tolerance": tolerance,
        "outputS3Uri": folder,
    }
    assert lambda_handler(event, None) == {"ConstraintsS3Uri": TARGET}
    written = s3.get_object(Bucket=STORE, Key=TARGET.removeprefix(f"s3://{STORE}/"))
    assert written["ContentType"] == "application/json"
    mse = json.load(written["Body"])["regression_constraints"]["mse"]
    assert mse == {"threshold": 5.0, "comparison_operator": "GreaterThanThreshold"}
    assert sorted(keys(s3)) == [SOURCE, TARGET]


def test_a_bias_analysis_is_widened_and_keeps_clarifys_name(s3: Any) -> None:
    put(s3, json.dumps(ANALYSIS).encode())
    target = f"{FOLDER}/registered/analysis.json"
    assert lambda_handler(EVENT, None) == {"ConstraintsS3Uri": target}
    written = s3.get_object(Bucket=STORE, Key=target.removeprefix(f"s3://{STORE}/"))
    (group,) = json.load(written["Body"])["post_training_bias_metrics"]["facets"]["F"]
    assert group["metrics"] == [{"name": "DI", "value": -0.25}]
    assert sorted(keys(s3)) == [SOURCE, target]


@pytest.mark.parametrize("register", ["false", "False", False])
def test_a_baseline_that_is_carried_over_stays_where_and_as_it_is(s3: Any, register: Any) -> None:
    carried = f"s3://{STORE}/older/constraints.json"
    event = {**EVENT, "constraintsS3Uri": carried, "registerNewBaseline": register}
    # It is not even read: nothing is there.
    assert lambda_handler(event, None) == {"ConstraintsS3Uri": carried}
    assert keys(s3) == []


@pytest.mark.parametrize(
    ("member", "value", "sentence"),
    [
        ("constraintsS3Uri", None, "event: constraintsS3Uri must be an S3 URI, not None"),
        ("constraintsS3Uri", "", "event: constraintsS3Uri is not an S3 URI of the form"),
        ("outputS3Uri", "registered", "event: outputS3Uri is not an S3 URI of the form"),
        (
            "registerNewBaseline",
            "yes",
            "event: registerNewBaseline must be true or false, not 'yes'",
        ),
        ("registerNewBaseline", 1, "event: registerNewBaseline must be true or false, not 1"),
        ("registerNewBaseline", None, "must be true or false, not None"),
        ("tolerance", "much", "event: tolerance must be a number of 0 or more, not 'much'"),
        ("tolerance", -0.1, "event: tolerance must be a number of 0 or more, not -0.1"),
        ("tolerance", "nan", "event: tolerance must be a number of 0 or more, not 'nan'"),
        ("tolerance", True, "event: tolerance must be a number of 0 or more, not True"),
        ("tolerance", None, "event: tolerance must be a number of 0 or more, not None"),
    ],
)
def test_an_event_that_cannot_be_meant_is_refused(member: str, value: Any, sentence: str) -> None:
    with pytest.raises(ValueError) as refused:
        lambda_handler({**EVENT, member: value}, None)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"no json", f"{SOURCE} is not JSON: Expecting value"),
        (b"\xff", f"{SOURCE} is not JSON: "),
        (
            b'{"features": []}',
            f"{SOURCE} holds no baseline of model quality or bias: it must have one of",
        ),
        (
            b'{"pre_training_bias_metrics": []}',
            f"{SOURCE} holds no baseline of model quality or bias: its pre_training_bias_metrics",
        ),
    ],
)
def test_a_file_that_is_none_is_refused_and_nothing_written(
    s3: Any, body: bytes, sentence: str
) -> None:
    put(s3, body)
    with pytest.raises(ValueError) as refused:
        lambda_handler(EVENT, None)
    assert str(refused.value).startswith(sentence)
    assert keys(s3) == [SOURCE]


def test_what_s3_does_not_have_is_said(s3: Any) -> None:
    with pytest.raises(RuntimeError, match=f"^{SOURCE} cannot be read: NoSuchKey: "):
        lambda_handler(EVENT, None)


def test_what_s3_does_not_take_is_said(stub: Stub) -> None:
    s3 = stub(ASSET, "s3")
    s3.add_client_error("get_object", "AccessDenied", "no")
    with pytest.raises(RuntimeError, match=f"^{SOURCE} cannot be read: AccessDenied: no$"):
        lambda_handler(EVENT, None)
