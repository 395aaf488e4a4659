"""What a pipeline declaration must be, checked when it is created or updated. Pure.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipeline-requirements.html and .../limits.html.
What AWS has and the local cloud has not is refused by name: triggers, stores in several regions,
actions in another region, every action type without a module in `actions/` and every rule provider
without one in `rules/`. Texts without a source are assumed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from localcloud.codepipeline import actions as _registers_actions  # noqa: F401
from localcloud.codepipeline import artifact_flow, conditions
from localcloud.codepipeline.actions.action import ActionProvider, ActionType, find, supported
from localcloud.codepipeline.execution import Action, Stage
from localcloud.codepipeline.namespaces import check_references
from localcloud.codepipeline.variables import check_declared
from localcloud.errors import AwsError

NAME = re.compile(r"[A-Za-z0-9.@_-]{1,100}")
MAXIMUM_STAGES = 50
MAXIMUM_ACTIONS = 50
MAXIMUM_VALUE = 1000
EXECUTION_MODES = ("SUPERSEDED", "QUEUED", "PARALLEL")
UNSUPPORTED_ACTION_MEMBERS = ("commands", "environmentVariables", "outputVariables")


def check(pipeline: Mapping[str, Any], region: str) -> None:
    """Raises AwsError with AWS's code for the first thing that is wrong."""
    _check_pipeline(pipeline)
    stages = pipeline["stages"]
    _check_stages(stages)
    conditions.check(pipeline, region)
    for index, stage in enumerate(stages):
        for action in sorted(stage["actions"], key=_run_order):
            _check_action(action, stage["name"], index == 0, region)
    artifact_flow.check(stages)
    check_references(stages, check_declared(pipeline))


def flow_stages(pipeline: Mapping[str, Any]) -> list[Stage]:
    """The stages as the state machine takes them."""
    return [_flow_stage(stage) for stage in pipeline["stages"]]


def _flow_stage(stage: Mapping[str, Any]) -> Stage:
    failure = stage.get("onFailure") or {}
    retry = failure.get("retryConfiguration") or {}
    return Stage(
        stage["name"],
        tuple(
            Action(
                action["name"],
                _run_order(action),
                waits_for_a_person=action["actionTypeId"]["category"] == "Approval",
            )
            for action in stage["actions"]
        ),
        conditions={
            kind: condition["result"] for kind, condition in conditions.conditions_of(stage).items()
        },
        on_failure=failure.get("result"),
        # Without a mode, the failed actions (assumed).
        retry_all_actions=retry.get("retryMode") == "ALL_ACTIONS",
    )


def provider_of(action: Mapping[str, Any], stage: str) -> ActionProvider:
    """The provider of an action; raises InvalidActionDeclarationException naming the known."""
    kind = action["actionTypeId"]
    provider = find(kind["category"], kind["provider"])
    if provider is None or (kind["owner"], kind["version"]) != (
        provider.type.owner,
        provider.type.version,
    ):
        asked = f"(category {kind['category']}, owner {kind['owner']}, version {kind['version']})"
        raise _refused(
            f"codepipeline action provider '{kind['provider']}' in stage '{stage}' {asked}",
            ", ".join(supported()),
        )
    return provider


def _check_pipeline(pipeline: Mapping[str, Any]) -> None:
    _check_name("pipeline.name", pipeline["name"], NAME)
    mode = pipeline.get("executionMode", "SUPERSEDED")
    if mode not in EXECUTION_MODES:
        raise _refused(f"codepipeline execution mode '{mode}'", ", ".join(EXECUTION_MODES))
    if pipeline.get("pipelineType", "V1") not in ("V1", "V2"):
        raise _refused(f"codepipeline type '{pipeline['pipelineType']}'", "V1, V2")
    if mode != "SUPERSEDED" and pipeline.get("pipelineType") != "V2":
        # https://docs.aws.amazon.com/codepipeline/latest/userguide/pipeline-types.html
        raise _invalid("QUEUED or PARALLEL mode can only be used with V2 pipelines")
    if pipeline.get("triggers"):
        raise _refused("codepipeline triggers", "an EventBridge rule that starts the pipeline")
    if pipeline.get("artifactStores"):
        raise _refused("codepipeline artifactStores (several regions)", "artifactStore")
    store = pipeline.get("artifactStore")
    if not store:
        raise _invalid("Pipeline must have an artifactStore or artifactStores")
    if store.get("type") != "S3":
        raise _invalid("The artifact store's type must be S3")


def _check_stages(stages: Sequence[Mapping[str, Any]]) -> None:
    if len(stages) < 2:
        raise _invalid(
            f"Pipeline has only {len(stages)} stage(s). "
            "There should be a minimum of 2 stages in a pipeline"
        )
    if len(stages) > MAXIMUM_STAGES:
        raise _invalid(f"Pipeline has {len(stages)} stages; at most {MAXIMUM_STAGES} are allowed")
    seen: set[str] = set()
    for stage in stages:
        name = stage["name"]
        _check_name("stage name", name, NAME)
        if name in seen:
            raise _invalid(f"Pipeline stage name must be unique. Duplicate name: {name}")
        seen.add(name)
        if not 1 <= len(stage["actions"]) <= MAXIMUM_ACTIONS:
            raise _invalid(f"Stage {name} must have 1 to {MAXIMUM_ACTIONS} actions")
        names = [action["name"] for action in stage["actions"]]
        for action in names:
            _check_name(f"action name in stage {name}", action, NAME)
            if names.count(action) > 1:
                raise _invalid(f"Action names must be unique in stage {name}: {action}")


def _check_action(action: Mapping[str, Any], stage: str, first: bool, region: str) -> None:
    name = action["name"]
    is_source = action["actionTypeId"]["category"] == "Source"
    if first and not is_source:
        raise _invalid(
            f"Pipeline should start with a stage that only contains source actions: {name}"
        )
    if is_source and not first:
        raise _invalid(f"Source actions may only occur in the first stage: {name} in {stage}")
    kind = provider_of(action, stage).type
    for member in UNSUPPORTED_ACTION_MEMBERS:
        if action.get(member):
            raise _refused(f"codepipeline action member '{member}' of '{name}'", "configuration")
    if action.get("region", region) != region:
        raise _refused(f"codepipeline action '{name}' in region {action['region']}", region)
    if not 1 <= _run_order(action) <= 999:
        raise _invalid_action(f"runOrder of action {name} must be from 1 to 999")
    timeout = action.get("timeoutInMinutes")
    if timeout is not None and kind.category != "Approval":
        # https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html
        raise _invalid_action(f"timeoutInMinutes is allowed for approval actions only, not {name}")
    if timeout is not None and not 5 <= int(timeout) <= 86_400:
        raise _invalid_action(f"timeoutInMinutes of action {name} must be from 5 to 86400")
    _check_configuration(action.get("configuration") or {}, name, kind)
    if is_source:
        _check_polling(action.get("configuration") or {}, name)
    for member, (least, most) in (("input", kind.inputs), ("output", kind.outputs)):
        count = len(action.get(f"{member}Artifacts") or ())
        if not least <= count <= most:
            raise _invalid_action(
                f"Action {name} has {count} {member} artifacts; {kind} takes {least} to {most}"
            )


def _check_configuration(configuration: Mapping[str, str], name: str, kind: ActionType) -> None:
    for key, value in configuration.items():
        if key not in kind.required | kind.optional:
            raise _invalid_action(
                f"Action configuration for action '{name}' contains unknown configuration '{key}'"
                f"; known to {kind}: {', '.join(sorted(kind.required | kind.optional))}"
            )
        if not isinstance(value, str) or not 1 <= len(value) <= MAXIMUM_VALUE:
            raise AwsError(
                "ValidationException",
                f"configuration '{key}' of action '{name}' must be a string of 1 to "
                f"{MAXIMUM_VALUE} characters",
            )
    for key in sorted(kind.required - set(configuration)):
        raise _invalid_action(
            f"Action configuration for action '{name}' is missing required configuration '{key}'"
        )


def _check_polling(configuration: Mapping[str, str], name: str) -> None:
    """On AWS a source action polls unless it says that it does not; here nothing polls."""
    polls = configuration.get("PollForSourceChanges")
    if polls is None or polls.lower() != "false":
        raise _refused(
            f"codepipeline polling for source changes (PollForSourceChanges "
            f"{'is not given, which means true' if polls is None else polls}) in action '{name}'",
            "PollForSourceChanges 'false', with an EventBridge rule that starts the pipeline",
        )


def _run_order(action: Mapping[str, Any]) -> int:
    return int(action.get("runOrder") or 1)


def _check_name(what: str, name: str, pattern: re.Pattern[str]) -> None:
    if not pattern.fullmatch(name):
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{name}' at '{what}' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {pattern.pattern}",
        )


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidStructureException", message)


def _invalid_action(message: str) -> AwsError:
    return AwsError("InvalidActionDeclarationException", message)


def _refused(what: str, known: str) -> AwsError:
    return AwsError("InvalidStructureException", f"unsupported: {what}; supported: {known}")
