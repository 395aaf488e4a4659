"""One pipeline: its definition in every version, its tags (moto's), its engine."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from moto.codepipeline.models import CodePipeline as MotoPipeline

from localcloud.cloud import current
from localcloud.codepipeline import roles, structure
from localcloud.codepipeline.conditions import rules_of
from localcloud.codepipeline.engine import Engine
from localcloud.errors import AwsError

ACTION_DEFAULTS: Mapping[str, Any] = {
    "runOrder": 1,
    "configuration": {},
    "outputArtifacts": [],
    "inputArtifacts": [],
}


class Pipeline(MotoPipeline):
    """A pipeline and what AWS keeps beside its declaration."""

    pipeline: dict[str, Any]

    def __init__(self, account_id: str, region: str, declaration: Mapping[str, Any]) -> None:
        check(declaration, region)
        super().__init__(account_id, region, _with_defaults(declaration))
        self.engine = Engine(self.pipeline, self._arn, account_id, region)
        self.versions: dict[int, dict[str, Any]] = {1: self.pipeline}
        self.created = self.updated = current().clock.now()
        # Of each stage whose transition was ever disabled: who, when, why.
        self.transitions: dict[str, dict[str, Any]] = {}

    @property
    def arn(self) -> str:
        """The pipeline's ARN."""
        return str(self._arn)

    @property
    def metadata(self) -> dict[str, Any]:
        """GetPipeline's metadata."""
        return {
            "pipelineArn": self.arn,
            "created": _epoch(self.created),
            "updated": _epoch(self.updated),
        }

    @property
    def summary(self) -> dict[str, Any]:
        """One of ListPipelines's answer."""
        return {
            "name": self.pipeline["name"],
            "version": self.pipeline["version"],
            "pipelineType": self.pipeline["pipelineType"],
            "executionMode": self.pipeline["executionMode"],
            "created": _epoch(self.created),
            "updated": _epoch(self.updated),
        }

    def update(self, declaration: Mapping[str, Any], region: str) -> dict[str, Any]:
        """UpdatePipeline: one version more; see `Flow.redefine` for the executions that run."""
        check(declaration, region)
        made = _with_defaults(declaration)
        made["version"] = self.pipeline["version"] + 1
        self.pipeline = self.versions[made["version"]] = made
        self.updated = current().clock.now()
        self.engine.update(made)
        return made

    def version(self, number: int) -> dict[str, Any]:
        """The declaration of a version; raises PipelineVersionNotFoundException."""
        if number not in self.versions:
            raise AwsError(
                "PipelineVersionNotFoundException",
                f"The pipeline {self.pipeline['name']} has no version {number}",
            )
        return self.versions[number]


def check(declaration: Mapping[str, Any], region: str) -> None:
    """Refuse a declaration that could not run: its structure, and roles that cannot be assumed."""
    structure.check(declaration, region)
    role = declaration["roleArn"]
    roles.check_pipeline_role(role)
    for stage in declaration["stages"]:
        for user in (*stage["actions"], *(rule for _, rule in rules_of(stage))):
            if user.get("roleArn") and user["roleArn"] != role:
                roles.check_action_role(role, user["roleArn"])


def _with_defaults(declaration: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = copy.deepcopy(dict(declaration))
    made.setdefault("pipelineType", "V1")
    made.setdefault("executionMode", "SUPERSEDED")
    for stage in made["stages"]:
        for action in stage["actions"]:
            for member, default in ACTION_DEFAULTS.items():
                action.setdefault(member, copy.deepcopy(default))
    return made


def _epoch(moment: datetime) -> float:
    return moment.timestamp()
