"""References in an action's configuration."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.codepipeline.variables import (
    Unresolved,
    check_declared,
    of_execution,
    references,
    resolve,
)
from localcloud.errors import AwsError

PAGE = "https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html"
NAMESPACES = {"Source": {"CommitId": "abc"}, "codepipeline": {"PipelineExecutionId": "e-1"}}


@pytest.mark.documented(PAGE)
def test_references_are_replaced_inside_a_value() -> None:
    configuration = {"UserParameters": '{"name": "commit-#{Source.CommitId}"}', "Other": "#{x}"}
    assert resolve(configuration, NAMESPACES) == {
        "UserParameters": '{"name": "commit-abc"}',
        "Other": "#{x}",
    }
    assert resolve({"a": "#{codepipeline.PipelineExecutionId}"}, NAMESPACES) == {"a": "e-1"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("#{Build.Version}", "no action that has run has the namespace Build"),
        ("#{Source.commitid}", "Source has no variable commitid. Its variables: CommitId"),
    ],
)
def test_what_stands_for_nothing_is_named(text: str, message: str) -> None:
    with pytest.raises(Unresolved, match=message):
        resolve({"a": text}, NAMESPACES)


@pytest.mark.documented("https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html")
def test_a_resolved_configuration_above_100_kb_is_refused() -> None:
    with pytest.raises(Unresolved, match="102400"):
        resolve({"a": "#{N.v}"}, {"N": {"v": "x" * 102_400}})


def test_references_are_listed() -> None:
    assert list(references({"a": "#{A.b} #{variables.c}"})) == [("A", "b"), ("variables", "c")]


DECLARATION = "https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineVariableDeclaration.html"


def declared(*variables: dict[str, str], kind: str = "V2") -> dict[str, Any]:
    return {"name": "p", "pipelineType": kind, "variables": list(variables)}


@pytest.mark.documented(DECLARATION)
@pytest.mark.parametrize(
    ("pipeline", "message"),
    [
        (declared({"name": "a"}, kind="V1"), "only supported in pipelines of type V2"),
        (declared({"name": "a"}, {"name": "a"}), "must be unique: a"),
        (declared({"name": "a b"}), "regular expression pattern"),
        (declared({"name": "a", "defaultValue": ""}), "1 to 1000 characters; it has 0"),
        (declared({"name": "a", "defaultValue": "x" * 1001}), "it has 1001"),
        (declared({"name": "a", "description": "x" * 201}), "more than 200"),
        (declared(*({"name": f"v{each}"} for each in range(51))), "at most 50 are allowed"),
    ],
)
def test_a_wrong_declaration_of_variables_is_refused(
    pipeline: dict[str, Any], message: str
) -> None:
    with pytest.raises(AwsError, match=message):
        check_declared(pipeline)


@pytest.mark.documented(DECLARATION)
def test_an_execution_s_variables_are_the_given_ones_and_the_defaults() -> None:
    pipeline = declared({"name": "a", "defaultValue": "1"}, {"name": "b"})
    assert check_declared(pipeline) == {"a", "b"}
    assert of_execution(pipeline, {"b": "2"}) == {"a": "1", "b": "2"}
    for given, message in (
        ({}, "b of pipeline p has no default value"),
        ({"b": ""}, "1 to 1000 characters"),
        ({"b": "2", "c": "3"}, "no variables named c"),
    ):
        with pytest.raises(AwsError, match=message):
            of_execution(pipeline, given)
