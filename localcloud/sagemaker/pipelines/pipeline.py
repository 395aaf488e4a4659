"""The record of a pipeline and of its versions, as the API shows them.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribePipeline.html. A pipeline begins with
version 1; each update that changes the definition makes the next one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localcloud.errors import AwsError, ValidationException
from localcloud.sagemaker.pipelines.execution import PipelineExecution
from localcloud.sagemaker.pipelines.pipeline_version import PipelineVersion


@dataclass
class Pipeline:
    """One pipeline."""

    name: str
    arn: str
    display_name: str
    role_arn: str
    created: datetime
    created_by: Mapping[str, Any]
    number: int
    versions: list[PipelineVersion]
    tags: list[dict[str, str]]
    description: str | None = None
    max_parallel_steps: int | None = None
    modified: datetime = field(init=False)
    modified_by: Mapping[str, Any] = field(init=False)
    last_run: datetime | None = None
    # By ARN, in the order of their start.
    executions: dict[str, PipelineExecution] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.modified = self.created
        self.modified_by = self.created_by

    def version(self, number: int | None, alias: str | None = None) -> PipelineVersion:
        """One of its versions, or the latest."""
        if number is not None and alias is not None:
            raise ValidationException(
                "PipelineVersionAlias can't be specified with PipelineVersionId."
            )
        if number is None and alias is None:
            return self.versions[-1]
        for version in self.versions:
            if version.number == number or alias in version.aliases:
                return version
        what = f"version {number}" if alias is None else f"version alias '{alias}'"
        raise AwsError(
            "ResourceNotFound", f"Pipeline {what} of pipeline '{self.arn}' does not exist."
        )

    def aliases(self) -> set[str]:
        """The aliases of all of its versions."""
        return {alias for version in self.versions for alias in version.aliases}

    def describe(self, number: int | None = None, alias: str | None = None) -> dict[str, Any]:
        """The pipeline as DescribePipeline answers it."""
        version = self.version(number, alias)
        described: dict[str, Any] = {
            **self._common(),
            **_names(version),
            "PipelineDefinition": version.text,
            "PipelineStatus": "Active",
            "LastRunTime": self.last_run,
            "CreatedBy": dict(self.created_by),
            "LastModifiedBy": dict(self.modified_by),
        }
        if self.max_parallel_steps is not None:
            described["ParallelismConfiguration"] = {
                "MaxParallelExecutionSteps": self.max_parallel_steps
            }
        return _present(described)

    def summary(self) -> dict[str, Any]:
        """The pipeline as ListPipelines answers it."""
        return _present({**self._common(), "LastExecutionTime": self.last_run})

    def version_summary(self, version: PipelineVersion) -> dict[str, Any]:
        """One version as ListPipelineVersions answers it."""
        runs = [run for run in self.executions.values() if run.version == version.number]
        return _present(
            {
                "PipelineArn": self.arn,
                "PipelineVersionId": version.number,
                "CreationTime": version.created,
                **_names(version),
                "LastExecutionPipelineExecutionArn": runs[-1].arn if runs else None,
            }
        )

    def _common(self) -> dict[str, Any]:
        return {
            "PipelineArn": self.arn,
            "PipelineName": self.name,
            "PipelineDisplayName": self.display_name,
            "PipelineDescription": self.description,
            "RoleArn": self.role_arn,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
        }


def _names(version: PipelineVersion) -> dict[str, Any]:
    return {
        "PipelineVersionDisplayName": version.display_name,
        "PipelineVersionDescription": version.description,
        "PipelineVersionAliases": list(version.aliases) or None,
    }


def _present(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
