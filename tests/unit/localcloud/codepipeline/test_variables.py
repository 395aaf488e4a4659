"""References in an action's configuration."""

from __future__ import annotations

import pytest

from localcloud.codepipeline.variables import Unresolved, references, resolve

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
