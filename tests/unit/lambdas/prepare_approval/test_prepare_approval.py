"""What an approver reads, and whether there is an approval."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.lambdas.assets import Asset, asset
from tests.unit.lambdas.conftest import Answers, Stub
from tests.unit.lambdas.job_events import GROUP, REGISTRY, STORE, described_package, job_event

ASSET = asset("prepare_approval")
lambda_handler = ASSET.module("lambda_function").lambda_handler
facts = ASSET.module("version_facts")
PARAMETERS = {
    "pipelineName": "abalone-model-deploy",
    "approvalStage": "Approval",
    "approvalAction": "Approve",
    "executionId": "this-execution",
    "stagingResults": "20 golden records answered within 1e-06 in 41 ms",
}
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(
    answers_of: Callable[[Asset], Answers],
    put_manifest: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Prepares the approval of version 7; what the job was answered."""
    monkeypatch.setenv("MODEL_PACKAGE_GROUP_NAME", GROUP)
    monkeypatch.setenv("MANIFEST_BUCKET_NAME", STORE)
    answers = answers_of(ASSET)

    def prepare(**manifest: Any) -> dict[str, Any]:
        put_manifest(ASSET, f"{REGISTRY}/7", **manifest)
        lambda_handler(job_event(PARAMETERS, artifacts=("Manifest",)), None)
        looked, answered = answers.calls
        assert looked == ("GetPipelineState", {"name": "abalone-model-deploy"})
        assert answered[0] == "PutJobSuccessResult", answered
        return answered[1]

    return prepare


def _version(version: int, mse: float, s3: Any, **changes: Any) -> dict[str, Any]:
    """A version whose evaluation lies in S3."""
    report = {"regression_metrics": {"mse": {"value": mse}, "mae": {"value": mse / 3}}}
    s3.put_object(Bucket=STORE, Key=f"{version}/evaluation.json", Body=json.dumps(report).encode())
    metadata = {"EvaluationS3Uri": f"s3://{STORE}/{version}/evaluation.json"}
    return described_package(version, CustomerMetadataProperties=metadata, **changes)


def _answer(stub: Stub, *described: dict[str, Any]) -> None:
    for each in described:
        stub(ASSET, "sagemaker").add_response(
            "describe_model_package", each, {"ModelPackageName": each["ModelPackageArn"]}
        )


def _was_deployed(s3: Any, *names: str) -> None:
    for name in names:
        s3.put_object(Bucket=STORE, Key=f"history/prod/2026-11-01T00:00:{name}.json", Body=b"{}")


def test_the_message_compares_with_what_is_live(stub: Stub, s3: Any, run: Run) -> None:
    _was_deployed(s3, "00Z-v5-succeeded", "01Z-v6-succeeded", "02Z-v4-rolled-back")
    new, live = _version(7, 4.5, s3), _version(6, 4.9, s3)
    _answer(stub, new, live)
    answer = run(
        approved_at="2026-11-01T00:00:00.000Z",
        approved_by="arn:aws:iam::123456789012:user/ada",
        requested_by="arn:aws:iam::123456789012:user/ada",
        note="as agreed",
    )
    assert answer["outputVariables"] == {
        "ApprovalRequired": "yes",
        "Message": (
            "Version 7 of AbalonePackageGroup for prod, where version 6 is live."
            " Reason: approved by ada (as agreed)."
            " Approved in the registry 2026-11-01T00:00:00.000Z by ada."
            " Metrics: mse 4.5 (live 4.9), mae 1.5 (live 1.633)."
            " Staging: 20 golden records answered within 1e-06 in 41 ms."
            " Checks: none registered."
        ),
    }


def test_the_first_version_has_nothing_to_be_compared_with(stub: Stub, s3: Any, run: Run) -> None:
    new = _version(7, 4.5, s3)
    _answer(stub, new)
    message = run()["outputVariables"]["Message"]
    assert "where nothing is live yet" in message
    assert "Metrics: mse 4.5, mae 1.5." in message


def test_a_rollback_needs_no_approval_and_says_why(stub: Stub, s3: Any, run: Run) -> None:
    new = _version(7, 4.5, s3)
    _answer(stub, new)
    answer = run(
        reason="rejected", prod_approval_required=False, prod_approval_because="it was live"
    )
    assert answer["outputVariables"]["ApprovalRequired"] == "no"
    assert answer["executionDetails"]["summary"] == "prod does not wait: it was live"


def test_an_evaluation_that_is_gone_is_said_and_no_failure(stub: Stub, run: Run) -> None:
    gone = described_package(
        7, CustomerMetadataProperties={"EvaluationS3Uri": f"s3://{STORE}/gone.json"}
    )
    _answer(stub, gone)
    assert "Metrics: none to be read." in run()["outputVariables"]["Message"]


def test_a_long_note_is_cut_at_what_codepipeline_allows(stub: Stub, s3: Any, run: Run) -> None:
    new = _version(7, 4.5, s3)
    _answer(stub, new)
    message = run(note="x" * 2000)["outputVariables"]["Message"]
    assert (len(message), message[-1]) == (1000, "…")


def _source(uri: str) -> dict[str, Any]:
    return {"ContentType": "application/json", "S3Uri": uri}


def test_checks_are_told_by_whose_baseline_the_version_carries() -> None:
    described = {
        "DriftCheckBaselines": {
            "ModelDataQuality": {"Constraints": _source("s3://old/constraints.json")},
            "Bias": {"PreTrainingConstraints": _source("s3://new/analysis.json")},
        },
        "ModelMetrics": {
            "ModelDataQuality": {"Constraints": _source("s3://new/constraints.json")},
            "Bias": {"PreTrainingReport": _source("s3://new/analysis.json")},
        },
    }
    assert facts.checks_of(described) == {
        "data quality": "passed against the baseline before",
        "data bias": "own baseline",
    }
