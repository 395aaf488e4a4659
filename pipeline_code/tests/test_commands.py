"""`run-pipeline` and `get-pipeline-definition`: what they do, and what a person reads of errors."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import BUCKET, REGION, ROLE
from offline_aws import OfflineAws
from pipelines import _utils, get_pipeline_definition, run_pipeline
from pipelines.abalone import pipeline

MODULE = "pipelines.abalone.pipeline"
KWARGS = json.dumps({"region": REGION, "role": ROLE, "default_bucket": BUCKET})
BUILD = ["--module-name", MODULE, "--kwargs", KWARGS]


@pytest.fixture
def offline(aws: OfflineAws, monkeypatch: pytest.MonkeyPatch) -> OfflineAws:
    """Commands that build with the offline AWS."""
    monkeypatch.setattr(pipeline, "get_session", lambda region, bucket: aws.pipeline_session())
    return aws


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make a module with the given text that the commands can import; gives its name."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(text: str) -> str:
        (tmp_path / "other_pipeline.py").write_text(text)
        return "other_pipeline"

    yield write
    sys.modules.pop("other_pipeline", None)


def test_run_pipeline_creates_then_updates_and_starts_nothing(
    offline: OfflineAws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "definition.json"
    tags = [{"Key": "project", "Value": "abalone"}]
    arguments = [
        *(*BUILD, "--role-arn", ROLE, "--description", "commit 1234"),
        *("--tags", json.dumps(tags), "--definition-file", str(file)),
    ]
    assert run_pipeline.main(arguments) == 0
    (created,) = offline.called("CreatePipeline")
    assert created["RoleArn"] == ROLE
    assert created["PipelineDescription"] == "commit 1234"
    assert created["Tags"] == tags
    assert json.loads(file.read_text()) == json.loads(created["PipelineDefinition"])

    assert run_pipeline.main(arguments) == 0
    (updated,) = offline.called("UpdatePipeline")
    assert updated["PipelineDefinition"] == created["PipelineDefinition"]
    assert offline.called("StartPipelineExecution") == []
    arn = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/AbalonePipeline"
    assert capsys.readouterr().out == f"pipeline {arn}\n" * 2


def test_run_pipeline_says_what_the_service_refused(offline: OfflineAws) -> None:
    offline.refuse["CreatePipeline"] = ("ValidationException", "Unable to parse the definition.")
    with pytest.raises(_utils.CommandError) as refused:
        run_pipeline.main([*BUILD, "--role-arn", ROLE])
    assert str(refused.value).startswith("AbalonePipeline was not created or updated: ClientError")
    assert "Unable to parse the definition." in str(refused.value)


def test_run_pipeline_is_silent_about_what_the_sdk_always_says(
    offline: OfflineAws, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    run_pipeline.main([*BUILD, "--role-arn", ROLE])
    assert [record.getMessage() for record in caplog.records] == []
    assert [str(w.message) for w in recwarn if "PipelineSession" in str(w.message)] == []


def test_role_that_lacks_a_permission_stops_the_build(
    offline: OfflineAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAGEMAKER_VALIDATE_ROLE", "true")
    offline.denied_to_role = {"ecr:GetAuthorizationToken"}
    with pytest.raises(_utils.CommandError) as refused:
        run_pipeline.main([*BUILD, "--role-arn", ROLE])
    text = str(refused.value)
    assert f"RoleValidationError: IAM role '{ROLE}' cannot be used for 'training'" in text
    assert "Missing permissions: ecr:GetAuthorizationToken (pipelines/abalone/" in text
    assert offline.pipelines == {}


def test_build_that_may_not_look_at_the_role_goes_on(
    offline: OfflineAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAGEMAKER_VALIDATE_ROLE", "true")
    for operation in ("SimulatePrincipalPolicy", "GetRole"):
        offline.refuse[operation] = ("AccessDenied", "not authorized to perform it")
    assert run_pipeline.main([*BUILD, "--role-arn", ROLE]) == 0
    assert list(offline.pipelines) == ["AbalonePipeline"]


def test_get_pipeline_definition_writes_the_file_and_creates_nothing(
    offline: OfflineAws, tmp_path: Path, definition: dict[str, Any]
) -> None:
    file = tmp_path / "definition.json"
    assert get_pipeline_definition.main([*BUILD, "--file-name", str(file)]) == 0
    assert json.loads(file.read_text()) == definition
    assert offline.pipelines == {}


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--kwargs", "{region: 1}", "--kwargs is not JSON: "),
        ("--kwargs", '["region"]', "--kwargs must be an object in JSON; given: "),
        ("--kwargs", '{"colour": 1}', "--kwargs: pipelines.abalone.pipeline.get_pipeline: "),
        ("--tags", "Key=a", "--tags is not JSON: "),
        ("--tags", '{"Key": "a"}', "--tags must be a list in JSON; given: "),
        ("--tags", '[{"key": "a"}]', '--tags: each tag must be {"Key": "...", "Value": "..."}'),
        ("--tags", '[{"Key": "a", "Value": 1}]', "--tags: each tag must be "),
        ("--module-name", "pipelines.nowhere", "--module-name: there is no module pipelines.now"),
    ],
)
def test_wrong_option_is_refused_in_one_line(option: str, value: str, message: str) -> None:
    with pytest.raises(_utils.CommandError) as refused:
        run_pipeline.main([*BUILD, "--role-arn", ROLE, option, value])
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def get_pipeline(:\n", "cannot be imported: SyntaxError: "),
        ("import nowhere\n", "cannot be imported: ModuleNotFoundError: No module named 'nowhere'"),
        ("def get_pipeline():\n    return nam\n", "failed: NameError: name 'nam' is not defined"),
        ("x = 1\n", "has no function get_pipeline"),
    ],
)
def test_error_in_the_pipeline_module_is_named(module: Any, text: str, message: str) -> None:
    with pytest.raises(_utils.CommandError) as failed:
        _utils.build_pipeline(module(text), {})
    assert str(failed.value).startswith(f"other_pipeline {message}")


def test_error_in_this_repository_is_named_with_its_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        _utils.run(
            "run-pipeline",
            lambda: run_pipeline.main(
                [
                    *BUILD[:2],
                    "--role-arn",
                    ROLE,
                    "--kwargs",
                    '{"region": "a", "mse_threshold": "b"}',
                ]
            ),
        )
    assert ended.value.code == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1].startswith(
        "run-pipeline: pipelines.abalone.pipeline failed: ValueError: mse_threshold is 'b'; "
        "a number above 0 is needed (pipelines/abalone/pipeline.py, line "
    )


class Execution:
    """An execution that goes through the given states."""

    arn = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/AbalonePipeline/execution/abc"

    def __init__(self, *statuses: str) -> None:
        self.statuses = list(statuses)

    def describe(self) -> dict[str, str]:
        return {"PipelineExecutionStatus": self.statuses.pop(0)}

    def list_steps(self) -> list[dict[str, str]]:
        newest = {"StepName": "B", "StepStatus": "Failed", "FailureReason": "no data"}
        return [newest] * (not self.statuses) + [{"StepName": "A", "StepStatus": "Succeeded"}]


@pytest.mark.parametrize(
    ("last", "succeeded"), [("Succeeded", True), ("Failed", False), ("Stopped", False)]
)
def test_wait_shows_each_step_once_and_ends_with_the_execution(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    last: str,
    succeeded: bool,
) -> None:
    monkeypatch.setattr(run_pipeline, "POLL_SECONDS", 0)
    assert run_pipeline.wait(Execution("Executing", "Stopping", last)) is succeeded
    shown = f"  A Succeeded\n  B Failed: no data\nexecution {last}\n"
    assert capsys.readouterr().out == shown
