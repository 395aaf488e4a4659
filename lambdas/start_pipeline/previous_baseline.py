"""Where the baseline lies that a failed check compared with.

The metadata of a check step names the baseline that its version would register
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_QualityCheckStepMetadata.html). With
RegisterNewBaseline that is the new one; the previous one is then found as SageMaker finds it: the
supplied one, else that of the latest approved version
(https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quality-clarify-baseline-lifecycle.html).
Not to be noticed: another version that was the latest approved one when the check began, and has been
rejected since.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from approved_version import latest_approved
from check_flags import CHECKS, CONSTRAINTS, STATISTICS, Check
from execution_request import parse_asked
from pipeline_definition import declared_parameters
from slipway_shared.codepipeline_job import JobFailure

CALCULATED = "CalculatedBaseline"
USED = "BaselineUsedForDriftCheck"


def compared_with(
    sagemaker: Any, step: Mapping[str, Any], check: Mapping[str, Any], user_parameters: str
) -> dict[str, str]:
    """The addresses of the files that a check compared with, as STATISTICS and CONSTRAINTS; empty where
    they are not known. Never raises for what SageMaker answers.

    `check` is the metadata of the check `step`, `user_parameters` those of the action.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    named = _files(check, USED)
    if named and named != _files(check, CALCULATED):
        return named
    kind = _kind(check)
    if kind is None:
        return {}
    try:
        return _supplied(sagemaker, kind, user_parameters) or _registered(
            sagemaker, kind, step, check
        )
    except (BotoCoreError, ClientError, JobFailure):
        return {}


def _files(check: Mapping[str, Any], use: str) -> dict[str, str]:
    uris = {file: check.get(f"{use}{file}") for file in (STATISTICS, CONSTRAINTS)}
    return {file: uri for file, uri in uris.items() if uri}


def _kind(check: Mapping[str, Any]) -> Check | None:
    """The check of a CheckType, as MODEL_QUALITY."""
    name = str(check.get("CheckType")).replace("_", "")
    return next((each for each in CHECKS if each.name.upper() == name), None)


def _supplied(sagemaker: Any, kind: Check, user_parameters: str) -> dict[str, str]:
    """The files that a person supplied to the execution, or the pipeline's defaults. Raises what
    SageMaker raises, and JobFailure."""
    asked = parse_asked(user_parameters)
    described = sagemaker.describe_pipeline(PipelineName=asked.pipeline_name)
    values = {**declared_parameters(described["PipelineDefinition"]), **asked.parameters}
    return kind.supplied_in(values)


def _registered(
    sagemaker: Any, kind: Check, step: Mapping[str, Any], check: Mapping[str, Any]
) -> dict[str, str]:
    """The files of the latest approved version, if it was that when the check began. Raises what
    SageMaker raises."""
    group, began = check.get("ModelPackageGroupName"), step.get("StartTime")
    if not group or not began:
        return {}
    approved = latest_approved(sagemaker, group)
    if approved is None or approved.modified is None or approved.modified > began:
        return {}
    return kind.files_in(approved.baselines)
