"""`compare_versions`: what two versions differ in, from the registry alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from offline_registry import APPROVER, GROUP, OfflineRegistry
from pipelines import _utils, compare_versions
from pipelines.abalone.parameters import CHECK_NAMES
from pipelines.versions import check_facts
from registered_versions import FLAGS, register


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> OfflineRegistry:
    """Versions 1, approved by somebody, and 2, trained with other data and hyperparameters."""
    aws = OfflineRegistry()
    register(
        aws,
        1,
        mse=4.0,
        ModelApprovalStatus="Approved",
        ApprovalDescription="looks good",
        LastModifiedBy={"IamIdentity": {"Arn": APPROVER}},
    )
    register(aws, 2, mse=5.0)
    monkeypatch.setattr(compare_versions, "connect", lambda region: aws.aws)
    return aws


@pytest.fixture
def compared(
    registry: OfflineRegistry, capsys: pytest.CaptureFixture[str]
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """Both versions' facts and the notes, as the command gives them in JSON."""
    return as_json(capsys)


def as_json(
    capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    assert compare_versions.main([GROUP, "1", "2", "--json", *more]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["group"] == GROUP
    first, second = content["versions"]
    return first, second, content["notes"]


Compared = tuple[dict[str, Any], dict[str, Any], list[str]]


def test_metrics_of_the_evaluation_and_of_the_model_quality_check(compared: Compared) -> None:
    first, second, notes = compared
    assert first["metrics"] == {
        "evaluation mse": 4.0,
        "evaluation against the live version": "as good as 1",
        "model quality mse": 3.9,
        "model quality r2": 0.51,
    }
    assert second["metrics"]["evaluation mse"] == 5.0
    assert notes == []


def test_parameters_are_the_given_ones_and_the_defaults(compared: Compared) -> None:
    first, second, _ = compared
    assert first["parameters"]["MseThreshold"] == "6.0"
    assert first["parameters"]["SkipDataBiasCheck"] == "true"
    assert second["parameters"]["SkipDataBiasCheck"] == "false"
    assert len(first["parameters"]) == 11


def test_hyperparameters_data_commit_and_approver(compared: Compared) -> None:
    first, second, _ = compared
    assert first["hyperparameters"] == {"max_depth": "5", "eta": "0.2"}
    assert second["hyperparameters"]["max_depth"] == "6"
    assert second["data"] == {
        "InputDataUrl": "s3://example-bucket/data/abalone.csv",
        "InputDataVersion": "etag-2",
    }
    assert second["commit"] == {"commit": "0000002aaaa", "said by": "the execution's name"}
    assert first["version"] == {
        "created": "2026-11-01 08:30:00+00:00",
        "approval": "Approved",
        "approval description": "looks good",
        "last changed by": APPROVER,
    }


def test_checks_say_flags_violations_and_baseline(compared: Compared) -> None:
    first, second, _ = compared
    assert list(first["checks"]) == list(CHECK_NAMES)
    assert first["checks"]["data_bias"] == {
        "skip": True,
        "register": True,
        "violations": "not compared",
        "baseline": "s3://example-bucket/Abalone/execution1/checks/data_bias/registered/"
        "analysis.json",
    }
    assert {each["violations"] for each in second["checks"].values()} == {"none"}
    assert {each["skip"] for each in second["checks"].values()} == {False}


def test_checks_of_the_service_say_it_in_their_steps(
    registry: OfflineRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    arn = registry.packages[2]["MetadataProperties"]["GeneratedBy"]
    report = registry.put(
        "report.json",
        {"violations": [{"metric_name": "mse", "constraint_check_type": "GreaterThanThreshold"}]},
    )
    step = {
        "CheckType": "MODEL_QUALITY",
        "SkipCheck": False,
        "RegisterNewBaseline": True,
        "ViolationReport": report,
    }
    registry.steps[arn].append({"StepName": "Check", "Metadata": {"QualityCheck": step}})
    found = as_json(capsys)[1]["checks"]["model_quality"]
    assert found["register"] is True
    assert found["violations"] == "1: mse (GreaterThanThreshold)"


def test_names_of_the_checks_are_those_of_the_pipeline() -> None:
    assert check_facts.PARAMETERS == CHECK_NAMES
    assert list(check_facts.PARAMETERS.values()) == list(FLAGS)


@pytest.mark.parametrize(
    ("properties", "name", "commit", "said_by"),
    [
        ({"CommitId": "abc"}, "commit-1234567", "abc", "the version's metadata"),
        ({}, "by hand", "9999999", "the pipeline's description, as it is now"),
    ],
)
def test_commit_by_its_surest_source(
    registry: OfflineRegistry,
    capsys: pytest.CaptureFixture[str],
    properties: dict[str, str],
    name: str,
    commit: str,
    said_by: str,
) -> None:
    metadata = registry.packages[1]["MetadataProperties"]
    metadata.update(properties)
    registry.executions[metadata["GeneratedBy"]]["PipelineExecutionDisplayName"] = name
    assert as_json(capsys)[0]["commit"] == {"commit": commit, "said by": said_by}


def test_page_marks_what_differs(
    registry: OfflineRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare_versions.main([GROUP, "1", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (mse,) = [line for line in lines if "evaluation mse" in line]
    assert mse.split() == ["*", "evaluation", "mse", "4", "5", "+25.00%"]
    (eta,) = [line for line in lines if " eta " in line]
    assert eta.split() == ["eta", "0.2", "0.2"]
    sections = [line for line in lines if line.isupper()]
    assert sections == [
        *("VERSION", "COMMIT", "DATA", "METRICS", "PARAMETERS", "HYPERPARAMETERS", "CHECKS")
    ]


def test_changed_leaves_out_what_is_the_same(
    registry: OfflineRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, _ = as_json(capsys, "--changed")
    assert first["hyperparameters"] == {"max_depth": "5"}
    assert second["data"] == {"InputDataVersion": "etag-2"}
    assert compare_versions.main([GROUP, "1", "1", "--changed"]) == 0
    assert capsys.readouterr().out.count("  no difference\n") == 7


def test_missing_files_are_a_sentence_each_and_stop_nothing(
    registry: OfflineRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    del registry.objects["Abalone/execution2/evaluation/evaluation.json"]
    registry.objects["Abalone/execution1/checks/model_quality/statistics.json"] = b"{"
    first, second, notes = as_json(capsys)
    assert second["metrics"] == {"model quality mse": 3.9, "model quality r2": 0.51}
    assert "evaluation mse" in first["metrics"]
    assert [note.partition(" (")[0] for note in notes] == [
        f"the model-quality statistics of version 1 of {GROUP}",
        f"the evaluation of version 2 of {GROUP} is missing: there is no "
        "s3://example-bucket/Abalone/execution2/evaluation/evaluation.json",
    ]


def test_a_version_without_a_pipeline_has_what_the_registry_has(
    registry: OfflineRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    del registry.packages[1]["MetadataProperties"]
    first, _, notes = as_json(capsys)
    assert first["parameters"] == first["hyperparameters"] == {}
    assert first["checks"]["explainability"]["skip"] == "unknown"
    assert notes[0].startswith(f"version 1 of {GROUP} was not registered by a pipeline execution")


def test_a_deleted_execution_is_a_note(
    registry: OfflineRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.executions.clear()
    _, _, notes = as_json(capsys)
    assert [note.partition(" (")[0] for note in notes] == [
        f"the pipeline execution of version {number} of {GROUP}" for number in (1, 2)
    ]


def test_a_missing_version_is_one_sentence(registry: OfflineRegistry) -> None:
    registry.add(3)
    with pytest.raises(_utils.CommandError) as caught:
        compare_versions.main([GROUP, "1", "7"])
    assert str(caught.value) == f"{GROUP} has no version 7; it has 3, 2, 1"
    assert caught.value.__cause__ is None
    with pytest.raises(_utils.CommandError, match=r"^the versions of Other cannot be listed: "):
        compare_versions.main(["Other", "1", "2"])


def test_a_word_is_no_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        compare_versions.main([GROUP, "one", "2"])
    assert "'one' is no version; give its number, like 3" in capsys.readouterr().err
