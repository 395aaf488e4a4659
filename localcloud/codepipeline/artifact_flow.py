"""Artifacts of a declaration: each is made once, and before it is taken. Pure.

https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html and .../pipeline-requirements.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from localcloud.codepipeline.conditions import rules_of
from localcloud.codepipeline.execution import BEFORE_ENTRY
from localcloud.errors import AwsError

ARTIFACT_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")


def check(stages: Sequence[Mapping[str, Any]]) -> None:
    """Raises AwsError for an artifact that is not there yet, or is made twice."""
    made: set[str] = set()
    for stage in stages:
        before = set(made)
        for order in sorted({_run_order(action) for action in stage["actions"]}):
            batch = [action for action in stage["actions"] if _run_order(action) == order]
            for action in batch:
                _check_inputs(action, f"action {action['name']}", made)
            for action in batch:
                _take_outputs(action, made)
        for kind, rule in rules_of(stage):
            _check_inputs(rule, f"rule {rule['name']}", before if kind == BEFORE_ENTRY else made)


def _check_inputs(taker: Mapping[str, Any], said: str, made: set[str]) -> None:
    for artifact in taker.get("inputArtifacts") or ():
        if artifact["name"] not in made:
            raise AwsError(
                "InvalidActionDeclarationException",
                f"Input Artifact Bundle {artifact['name']} in {said} is not delivered by any "
                "previous action",
            )


def _take_outputs(action: Mapping[str, Any], made: set[str]) -> None:
    for artifact in action.get("outputArtifacts") or ():
        name = artifact["name"]
        if not ARTIFACT_NAME.fullmatch(name):
            raise AwsError(
                "ValidationException",
                f"1 validation error detected: Value '{name}' at 'artifact name of action "
                f"{action['name']}' failed to satisfy constraint: Member must satisfy regular "
                f"expression pattern: {ARTIFACT_NAME.pattern}",
            )
        if name in made:
            raise AwsError(
                "InvalidStructureException",
                f"Output Artifact Bundle name must be unique within the pipeline. {name}",
            )
        if artifact.get("files"):
            raise AwsError(
                "InvalidStructureException",
                f"unsupported: codepipeline outputArtifacts.files of action '{action['name']}'; "
                "supported: name",
            )
        made.add(name)


def _run_order(action: Mapping[str, Any]) -> int:
    return int(action.get("runOrder") or 1)
