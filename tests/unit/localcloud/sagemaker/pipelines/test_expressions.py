"""Expressions of a definition: what they name, and what they become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from localcloud.sagemaker.pipelines.expressions import (
    ExpressionError,
    Reference,
    parse_get,
    parse_path,
    references,
    resolve,
)

PROPERTIES = {
    "ProcessingOutputConfig": {
        "Outputs": [
            {"OutputName": "train", "S3Output": {"S3Uri": "s3://b/train"}},
            {"OutputName": "test", "S3Output": {"S3Uri": "s3://b/test"}},
        ]
    },
    "Environment": {"a.b": "c"},
    "Outcome": False,
}


class StubScope:
    """Fixed values."""

    def parameter(self, name: str) -> Any:
        return {"Count": 2, "Rate": 6.0, "Skip": True, "Name": "x"}[name]

    def execution_variable(self, name: str) -> Any:
        return f"<{name}>"

    def step_properties(self, step: str) -> Mapping[str, Any]:
        return PROPERTIES

    def property_file(self, step: str, name: str) -> Any:
        return {"metrics": {"mse": {"value": 4.5}}, "list": [{"n": 1}, {"n": 2}]}

    def json_object(self, uri: str) -> Any:
        return {"uri": uri}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Parameters.Input", Reference("Parameters", "Input")),
        ("Execution.PipelineExecutionId", Reference("Execution", "PipelineExecutionId")),
        ("Steps.Train.ModelArtifacts.S3ModelArtifacts", Reference(
            "Steps", "Train", ("ModelArtifacts", "S3ModelArtifacts"))),
        ("Steps.P.ProcessingOutputConfig.Outputs['a.b'].S3Output.S3Uri", Reference(
            "Steps", "P", ("ProcessingOutputConfig", "Outputs", "a.b", "S3Output", "S3Uri"))),
        ("Steps.P.ProcessingInputs[0].InputName", Reference(
            "Steps", "P", ("ProcessingInputs", 0, "InputName"))),
    ],
)  # fmt: skip
def test_get_is_parsed_into_what_it_names(text: str, expected: Reference) -> None:
    assert parse_get(text) == expected


@pytest.mark.parametrize("text", ["Input", "Parameter.Input", "Steps.", "", 5])
def test_get_is_refused_when_it_names_nothing(text: Any) -> None:
    with pytest.raises(ExpressionError):
        parse_get(text)


@pytest.mark.parametrize("path", ["a[*]", "a[?(@.b)]", "a.*", "a[", "a['b"])
def test_path_is_refused_when_it_is_more_than_names_and_indexes(path: str) -> None:
    with pytest.raises(ExpressionError, match="unsupported by the local cloud: path"):
        parse_path(path)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Get": "Parameters.Count"}, 2),
        ({"Get": "Parameters.Skip"}, True),
        ({"Get": "Execution.PipelineName"}, "<PipelineName>"),
        ({"Get": "Steps.P.ProcessingOutputConfig.Outputs['test'].S3Output.S3Uri"}, "s3://b/test"),
        ({"Get": "Steps.P.ProcessingOutputConfig.Outputs[0].OutputName"}, "train"),
        ({"Get": "Steps.P.Environment['a.b']"}, "c"),
        ([{"deep": {"Get": "Parameters.Name"}}], [{"deep": "x"}]),
        ({"Get": "Parameters.Name", "Other": 1}, {"Get": "Parameters.Name", "Other": 1}),
        ("plain", "plain"),
    ],
)
def test_value_is_resolved_with_its_type(value: Any, expected: Any) -> None:
    resolved = resolve(value, StubScope())
    assert resolved == expected
    assert type(resolved) is type(expected)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["s3:/", "b", {"Get": "Execution.PipelineExecutionId"}], "s3://b/<PipelineExecutionId>"),
        ([{"Get": "Parameters.Skip"}, {"Get": "Steps.C.Outcome"}], "true/false"),
        ([{"Get": "Parameters.Rate"}, {"Get": "Parameters.Count"}, 4.25], "6.0/2/4.25"),
        ([{"Std:Join": {"On": "-", "Values": ["a", "b"]}}, "c"], "a-b/c"),
    ],
)
def test_join_renders_its_values(values: list[Any], expected: str) -> None:
    assert resolve({"Std:Join": {"On": "/", "Values": values}}, StubScope()) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("metrics.mse.value", 4.5), ("$.metrics['mse'].value", 4.5), ("list[-1].n", 2)],
)
def test_json_get_reads_a_property_file(path: str, expected: Any) -> None:
    get = {"PropertyFile": {"Get": "Steps.E.PropertyFiles.Report"}, "Path": path}
    assert resolve({"Std:JsonGet": get}, StubScope()) == expected


def test_json_get_reads_an_object_by_its_address() -> None:
    uri = {"Std:Join": {"On": "/", "Values": ["s3:/", "b", "k.json"]}}
    assert resolve({"Std:JsonGet": {"S3Uri": uri, "Path": "uri"}}, StubScope()) == "s3://b/k.json"


def test_json_get_fails_when_the_path_leads_nowhere() -> None:
    get = {"PropertyFile": {"Get": "Steps.E.PropertyFiles.Report"}, "Path": "metrics.rmse.value"}
    with pytest.raises(ExpressionError, match=r"'metrics\.rmse\.value' of property file 'Report'"):
        resolve({"Std:JsonGet": get}, StubScope())


def test_references_are_found_however_deep_they_are() -> None:
    value = {
        "A": [{"Std:Join": {"On": "", "Values": [{"Get": "Steps.One.X"}, "y"]}}],
        "B": {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Two.PropertyFiles.F"}, "Path": "p"}},
        "C": {"Get": "Parameters.P"},
    }
    assert [reference.name for reference in references(value)] == ["One", "Two", "P"]
