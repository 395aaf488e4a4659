"""Which baseline a failed check compared with: named by the step, supplied, or the approved version's."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Stub
from tests.unit.lambdas.job_events import REGISTRY, described_package

ASSET = asset("start_pipeline")
previous = ASSET.module("previous_baseline")
client = ASSET.module("slipway_shared.clients").client
GROUP = "AbalonePackageGroup"
BEGAN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ACTION = {"pipelineName": "AbalonePipeline"}
OLD = {"Statistics": "s3://b/old/statistics.json", "Constraints": "s3://b/old/constraints.json"}
NEW = {"Statistics": "s3://b/new/statistics.json", "Constraints": "s3://b/new/constraints.json"}
SUPPLIED = {
    "ModelQualitySuppliedStatistics": OLD["Statistics"],
    "ModelQualitySuppliedConstraints": OLD["Constraints"],
}
REGISTERED = {
    "ModelQuality": {
        file: {"ContentType": "application/json", "S3Uri": uri} for file, uri in OLD.items()
    }
}


def check(used: dict[str, str] = NEW, **changes: Any) -> dict[str, Any]:
    """The metadata of a step that registers the new baseline."""
    return {
        "CheckType": "MODEL_QUALITY",
        "ModelPackageGroupName": GROUP,
        **{f"CalculatedBaseline{file}": uri for file, uri in NEW.items()},
        **{f"BaselineUsedForDriftCheck{file}": uri for file, uri in used.items()},
        **changes,
    }


def found(metadata: dict[str, Any], action: dict[str, Any] = ACTION) -> dict[str, str]:
    files: dict[str, str] = previous.compared_with(
        client("sagemaker"), {"StartTime": BEGAN}, metadata, json.dumps(action)
    )
    return files


def pipeline_with(stub: Stub, **defaults: str) -> Any:
    """SageMaker, which is asked for the pipeline's parameters first."""
    parameters = [{"Name": name, "DefaultValue": value} for name, value in defaults.items()]
    sagemaker = stub(ASSET, "sagemaker")
    sagemaker.add_response(
        "describe_pipeline",
        {"PipelineDefinition": json.dumps({"Parameters": parameters})},
        {"PipelineName": "AbalonePipeline"},
    )
    return sagemaker


def registry_with(sagemaker: Any, modified: datetime, baselines: dict[str, Any]) -> None:
    """A latest approved version, changed last at this time."""
    summary = {
        "ModelPackageArn": f"{REGISTRY}/9",
        "ModelPackageName": "abalonepackagegroup/9",
        "ModelPackageStatus": "Completed",
        "CreationTime": 1622695255,
    }
    sagemaker.add_response("list_model_packages", {"ModelPackageSummaryList": [summary]})
    sagemaker.add_response(
        "describe_model_package",
        described_package(9, LastModifiedTime=modified, DriftCheckBaselines=baselines),
    )


def test_a_baseline_that_is_carried_over_is_named_by_the_step(stub: Stub) -> None:
    stub(ASSET, "sagemaker")
    assert found(check(OLD)) == OLD


def test_a_supplied_baseline_wins(stub: Stub) -> None:
    pipeline_with(stub, ModelQualitySuppliedStatistics="", ModelQualitySuppliedConstraints="")
    assert found(check(), {**ACTION, "parameters": SUPPLIED}) == OLD


def test_a_baseline_may_be_the_pipelines_default(stub: Stub) -> None:
    pipeline_with(stub, **SUPPLIED)
    assert found(check()) == OLD


@pytest.mark.parametrize("used", [NEW, {}], ids=["the new one is named", "none is named"])
def test_else_it_is_that_of_the_latest_approved_version(stub: Stub, used: dict[str, str]) -> None:
    registry_with(pipeline_with(stub), BEGAN - timedelta(seconds=1), REGISTERED)
    assert found(check(used)) == OLD


def test_clarifys_checks_have_constraints_alone(stub: Stub) -> None:
    uri = "s3://b/old/analysis.json"
    constraints = {"PostTrainingConstraints": {"ContentType": "x", "S3Uri": uri}}
    registry_with(pipeline_with(stub), BEGAN, {"Bias": constraints})
    new = {"Constraints": "s3://b/new/analysis.json"}
    metadata = {
        "CheckType": "MODEL_BIAS",
        "ModelPackageGroupName": GROUP,
        "CalculatedBaselineConstraints": new["Constraints"],
        "BaselineUsedForDriftCheckConstraints": new["Constraints"],
    }
    assert found(metadata) == {"Constraints": uri}


def test_a_version_that_was_approved_since_is_not_the_one(stub: Stub) -> None:
    registry_with(pipeline_with(stub), BEGAN + timedelta(seconds=1), REGISTERED)
    assert found(check()) == {}


@pytest.mark.parametrize("kind", ["DATA_QUALITY", "DATA_BIAS", "MODEL_EXPLAINABILITY"])
def test_another_checks_baseline_is_not_taken(stub: Stub, kind: str) -> None:
    registry_with(pipeline_with(stub, **SUPPLIED), BEGAN, REGISTERED)
    assert found(check(CheckType=kind)) == {}


def test_none_is_known(stub: Stub) -> None:
    stub(ASSET, "sagemaker")
    assert found(check(CheckType="OF_ANOTHER_TIME")) == {}
    assert found({}) == {}


def test_parameters_that_cannot_be_meant_are_no_new_failure(stub: Stub) -> None:
    stub(ASSET, "sagemaker")
    assert found(check(), {"unknown": 1}) == {}


def test_what_sagemaker_refuses_is_no_new_failure(stub: Stub) -> None:
    stub(ASSET, "sagemaker").add_client_error("describe_pipeline", "AccessDeniedException", "no")
    assert found(check()) == {}
    pipeline_with(stub).add_client_error("list_model_packages", "ThrottlingException", "slower")
    assert found(check()) == {}


def test_a_definition_that_cannot_be_read_is_no_new_failure(stub: Stub) -> None:
    stub(ASSET, "sagemaker").add_response("describe_pipeline", {"PipelineDefinition": "["})
    assert found(check()) == {}


def test_a_version_without_the_checks_baseline(stub: Stub) -> None:
    registry_with(pipeline_with(stub), BEGAN, {})
    assert found(check()) == {}


def test_without_a_group_or_a_time_no_version_is_looked_for(stub: Stub) -> None:
    pipeline_with(stub)
    assert found(check(ModelPackageGroupName="")) == {}
    pipeline_with(stub)
    timeless: dict[str, str] = previous.compared_with(
        client("sagemaker"), {}, check(), json.dumps(ACTION)
    )
    assert timeless == {}
