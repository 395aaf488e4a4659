"""Namespaces of a pipeline declaration, and the references to them, checked before it runs. Pure.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from localcloud.codepipeline.conditions import rules_of
from localcloud.codepipeline.execution import BEFORE_ENTRY
from localcloud.codepipeline.variables import PIPELINE_NAMESPACE, RESERVED_NAMESPACE, references
from localcloud.errors import AwsError

NAMESPACE = re.compile(r"[A-Za-z0-9@_-]{1,100}")
# Above every run order.
AFTER_ALL_ACTIONS = 1000


def check_references(stages: Sequence[Mapping[str, Any]], variables: set[str]) -> None:
    """Raises AwsError for a namespace that clashes and for a reference to what is not there yet.

    `variables` are the names of the pipeline's own variables.
    """
    artifacts = {
        artifact["name"]
        for stage in stages
        for action in stage["actions"]
        for artifact in action.get("outputArtifacts") or ()
    }
    # Namespaces whose variables are there once everything of an earlier position has run.
    there: dict[str, tuple[int, int]] = {}
    for index, stage in enumerate(stages):
        for action in stage["actions"]:
            namespace = action.get("namespace")
            if not namespace:
                continue
            if not NAMESPACE.fullmatch(namespace):
                raise AwsError(
                    "ValidationException",
                    f"1 validation error detected: Value '{namespace}' at 'namespace' of action "
                    f"{action['name']} failed to satisfy constraint: Member must satisfy regular "
                    f"expression pattern: {NAMESPACE.pattern}",
                )
            if namespace in artifacts:
                # https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
                # "Namespaces must be unique across the pipeline definition and cannot conflict with
                # any artifact names."
                raise _invalid(
                    f"The namespace {namespace} of action {action['name']} in stage "
                    f"{stage['name']} conflicts with an artifact of the same name. Namespaces must "
                    "be unique across the pipeline definition and cannot conflict with any "
                    "artifact names: rename one of them"
                )
            if namespace in there or namespace in (PIPELINE_NAMESPACE, RESERVED_NAMESPACE):
                raise _invalid(f"The namespace {namespace} is used more than once or is reserved")
            there[namespace] = (index, _run_order(action))
    for index, stage in enumerate(stages):
        for action in stage["actions"]:
            _check_configuration(
                action,
                f"StageName=[{stage['name']}], ActionName=[{action['name']}]",
                (index, _run_order(action)),
                there,
                variables,
            )
        for kind, rule in rules_of(stage):
            # An entry condition comes before the stage's actions, the others after them.
            _check_configuration(
                rule,
                f"StageName=[{stage['name']}], RuleName=[{rule['name']}]",
                (index, 0 if kind == BEFORE_ENTRY else AFTER_ALL_ACTIONS),
                there,
                variables,
            )


def _check_configuration(
    user: Mapping[str, Any],
    said: str,
    position: tuple[int, int],
    there: Mapping[str, tuple[int, int]],
    variables: set[str],
) -> None:
    for key, text in (user.get("configuration") or {}).items():
        for namespace, name in references({key: text}):
            where = (
                f"{said}, ActionConfigurationKey=[{key}], "
                f"VariableReferenceText=[{namespace}.{name}]"
            )
            _check_reference(namespace, name, position, there, variables, where)


def _check_reference(
    namespace: str,
    name: str,
    position: tuple[int, int],
    there: Mapping[str, tuple[int, int]],
    variables: set[str],
    where: str,
) -> None:
    if namespace == RESERVED_NAMESPACE:
        known = name == "PipelineExecutionId"
    elif namespace == PIPELINE_NAMESPACE:
        known = name in variables
    else:
        known = namespace in there
    if not known:
        raise _invalid_action(
            "Valid format for a pipeline execution variable reference is a namespace and a key "
            "separated by a period (.). The following pipeline execution variables are referencing "
            f"a namespace that does not exist. {where}"
        )
    if there.get(namespace, (-1, 0)) >= position:
        raise _invalid_action(
            "The following pipeline execution variables are referencing an action that does not "
            f"run before. {where}"
        )


def _run_order(action: Mapping[str, Any]) -> int:
    return int(action.get("runOrder") or 1)


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidStructureException", message)


def _invalid_action(message: str) -> AwsError:
    return AwsError("InvalidActionDeclarationException", message)
