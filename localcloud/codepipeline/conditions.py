"""Stage conditions and what follows a failure: what a declaration may say of them. Pure.

https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html. A rule provider that the
local cloud has not is refused by name. Texts without a source are assumed, and that a stage's
`onFailure` has either a result or conditions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from localcloud.codepipeline import rules as _registers_rules  # noqa: F401
from localcloud.codepipeline.execution import (
    BEFORE_ENTRY,
    FAIL,
    ON_FAILURE,
    ON_SUCCESS,
    RETRY,
    ROLLBACK,
    SKIP,
)
from localcloud.codepipeline.rules.rule import RuleProvider, find, supported
from localcloud.errors import AwsError

MEMBERS = {"beforeEntry": BEFORE_ENTRY, "onSuccess": ON_SUCCESS, "onFailure": ON_FAILURE}
RESULTS = {
    BEFORE_ENTRY: (FAIL, SKIP),
    ON_SUCCESS: (FAIL, ROLLBACK),
    ON_FAILURE: (ROLLBACK,),
}
RETRY_MODES = ("FAILED_ACTIONS", "ALL_ACTIONS")
RULE_NAME = re.compile(r"[A-Za-z0-9.@_-]{1,100}")
MAXIMUM_RULES = 5
MAXIMUM_VALUE = 10_000


def conditions_of(stage: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """A stage's conditions by their kind."""
    return {
        kind: conditions[0]
        for member, kind in MEMBERS.items()
        if (conditions := (stage.get(member) or {}).get("conditions"))
    }


def rules_of(stage: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every rule of a stage, with the kind of its condition."""
    for kind, condition in conditions_of(stage).items():
        for rule in condition["rules"]:
            yield kind, rule


def provider_of(rule: Mapping[str, Any]) -> RuleProvider:
    """The provider of a rule; raises InvalidStructureException naming the known."""
    kind = rule["ruleTypeId"]
    found = find(kind["provider"])
    asked = (kind["category"], kind.get("owner", "AWS"), kind.get("version", "1"))
    if found is None or asked != ("Rule", found.type.owner, found.type.version):
        raise _refused(
            f"codepipeline rule provider '{kind['provider']}' of rule '{rule['name']}'",
            ", ".join(supported()),
        )
    return found


def check(pipeline: Mapping[str, Any], region: str) -> None:
    """Raises AwsError for what is wrong in the conditions of a pipeline's stages."""
    for index, stage in enumerate(pipeline["stages"]):
        if stage.get("blockers"):
            raise _refused(f"codepipeline blockers in stage '{stage['name']}'", "actions")
        given = [member for member in MEMBERS if stage.get(member)]
        if given and pipeline.get("pipelineType") != "V2":
            raise _invalid(stage, f"{given[0]} is only supported in pipelines of type V2")
        _check_failure(stage)
        results = [condition.get("result") for condition in conditions_of(stage).values()]
        if ROLLBACK in (*results, (stage.get("onFailure") or {}).get("result")):
            _check_rollback(stage, index, pipeline.get("executionMode"))
        for member, kind in MEMBERS.items():
            conditions = (stage.get(member) or {}).get("conditions")
            if conditions is not None:
                _check_conditions(stage, member, kind, conditions, region)


def _check_failure(stage: Mapping[str, Any]) -> None:
    failure = stage.get("onFailure") or {}
    result, retry = failure.get("result"), failure.get("retryConfiguration")
    if result not in (None, ROLLBACK, RETRY):
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
        # aws-properties-codepipeline-pipeline-failureconditions.html
        raise _invalid(stage, f"the result of onFailure is {result}, not ROLLBACK or RETRY")
    if result is not None and failure.get("conditions"):
        why = "automatic retry cannot be used with" if result == RETRY else "a result stands beside"
        raise _invalid(stage, f"{why} the conditions of onFailure")
    if retry is not None and result != RETRY:
        raise _invalid(stage, "retryConfiguration needs the result RETRY")
    mode = (retry or {}).get("retryMode")
    if mode is not None and mode not in RETRY_MODES:
        raise _invalid(stage, f"the retryMode is {mode}, not one of {', '.join(RETRY_MODES)}")


def _check_rollback(stage: Mapping[str, Any], index: int, mode: str | None) -> None:
    if mode == "PARALLEL":
        # https://docs.aws.amazon.com/codepipeline/latest/userguide/execution-modes.html
        raise _invalid(stage, "the result ROLLBACK cannot be used in PARALLEL mode")
    if index == 0:
        # https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback.html
        raise _invalid(stage, "a source stage cannot be rolled back")


def _check_conditions(
    stage: Mapping[str, Any],
    member: str,
    kind: str,
    conditions: Sequence[Mapping[str, Any]],
    region: str,
) -> None:
    if len(conditions) != 1:
        raise _invalid(stage, f"{member} has {len(conditions)} conditions; it must have one")
    result, rules = conditions[0].get("result"), conditions[0].get("rules") or ()
    if result not in RESULTS[kind]:
        raise _invalid(
            stage, f"the result of {member} is {result}, not one of {', '.join(RESULTS[kind])}"
        )
    if not 1 <= len(rules) <= MAXIMUM_RULES:
        raise _invalid(stage, f"{member} must have 1 to {MAXIMUM_RULES} rules")
    names = [rule["name"] for rule in rules]
    for rule in rules:
        if names.count(rule["name"]) > 1 or not RULE_NAME.fullmatch(rule["name"]):
            raise _invalid(stage, f"the rule name {rule['name']} is not unique, or no name")
        _check_rule(stage, rule, region)


def _check_rule(stage: Mapping[str, Any], rule: Mapping[str, Any], region: str) -> None:
    provider = provider_of(rule)
    kind, configuration = provider.type, rule.get("configuration") or {}
    said = f"rule {rule['name']}"
    if rule.get("commands"):
        raise _refused(f"codepipeline commands of {said}", "configuration")
    if rule.get("region", region) != region:
        raise _refused(f"codepipeline {said} in region {rule['region']}", region)
    timeout = rule.get("timeoutInMinutes")
    if timeout is not None and not 5 <= int(timeout) <= 86_400:
        raise _invalid(stage, f"timeoutInMinutes of {said} must be from 5 to 86400")
    for key, value in configuration.items():
        if key not in kind.required | kind.optional:
            known = ", ".join(sorted(kind.required | kind.optional))
            raise _invalid(stage, f"{said} has the unknown configuration {key}; known: {known}")
        if not 1 <= len(value) <= MAXIMUM_VALUE:
            raise _invalid(stage, f"{key} of {said} must have 1 to {MAXIMUM_VALUE} characters")
    for key in sorted(kind.required - set(configuration)):
        raise _invalid(stage, f"{said} is missing the required configuration {key}")
    count = len(rule.get("inputArtifacts") or ())
    if not kind.inputs[0] <= count <= kind.inputs[1]:
        raise _invalid(stage, f"{said} has {count} input artifacts; at most {kind.inputs[1]}")
    defect = provider.defect(configuration)
    if defect is not None:
        raise _invalid(stage, f"{said} is wrong: {defect}")


def _invalid(stage: Mapping[str, Any], why: str) -> AwsError:
    return AwsError("InvalidStageDeclarationException", f"Stage {stage['name']}: {why}")


def _refused(what: str, known: str) -> AwsError:
    return AwsError("InvalidStructureException", f"unsupported: {what}; supported: {known}")
