"""Trial components: SageMaker's jobs as the graph has them.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrialComponent.html. One is made for
every processing, training and transform job, as `<job>-aws-training-job` and so on (observed, and in
the SDK's source). People cannot make any here: experiments are refused by name. Known difference: no
Metrics; DescribeTrainingJob has their last values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localcloud.sagemaker.lineage.entity import Entity


@dataclass(kw_only=True)
class TrialComponent(Entity):
    """A job's work."""

    noun = "TrialComponent"
    arn_type = "experiment-trial-component"
    given_members = ()

    status: str = "InProgress"
    message: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def source_uri(self) -> str:
        return str(self.source["SourceArn"])

    def summary(self) -> dict[str, Any]:
        return self._shown("TrialComponentSource")

    def describe(self) -> dict[str, Any]:
        described = self._shown("Source")
        for name, addresses in (("InputArtifacts", self.inputs), ("OutputArtifacts", self.outputs)):
            described[name] = {key: {"Value": uri} for key, uri in addresses.items()}
        described["Parameters"] = {key: dict(value) for key, value in self.parameters.items()}
        return described

    def _shown(self, source: str) -> dict[str, Any]:
        status = {"PrimaryStatus": self.status, "Message": self.message}
        members = {
            "TrialComponentName": self.name,
            "TrialComponentArn": self.arn,
            "DisplayName": self.name,
            source: dict(self.source),
            "Status": {name: value for name, value in status.items() if value},
            "StartTime": self.started,
            "EndTime": self.ended,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified or self.created,
        }
        return {name: value for name, value in members.items() if value is not None}
