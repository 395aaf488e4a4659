"""Which resources a request asks for, as the ARNs that a policy's `Resource` is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jmespath

from localcloud.iam.authorization import named_resources
from localcloud.iam.authorization.resource_rules import LOWER_CASE, OTHER_TYPES, RULES
from localcloud.iam.authorization.scalable_targets import scalable_targets
from localcloud.iam.authorization.service_reference import REFERENCE, Action, ResourceType

ANY = (("", "*"),)
"""Of an action that has no resource, or whose request names none: only `"Resource": "*"` allows it."""


@dataclass(frozen=True)
class Place:
    """Where a request is made: of an ARN, what the request does not say."""

    partition: str
    region: str
    account: str


def resources_of(
    action: Action, prefix: str, request: Mapping[str, Any], place: Place
) -> list[tuple[str, str]]:
    """Type and ARN of what `request` (in the API's members) asks for; `ANY` if there is nothing."""
    tagged = [value for name, value in request.items() if name.lower() == "resourcearn" and value]
    if tagged:
        return [("", str(value)) for value in tagged]
    found = [
        (kind.name, arn)
        for kind in _types(action, prefix)
        for arn in _of_type(kind, prefix, request, place)
    ]
    return list(dict.fromkeys(found)) or list(ANY)


def _types(action: Action, prefix: str) -> Iterable[ResourceType]:
    other = OTHER_TYPES.get(f"{prefix}:{action.name}")
    if other is None:
        return action.resource_types
    service = REFERENCE.service(prefix)
    assert service is not None
    return [service.resource_types[name] for name in other]


def _of_type(
    kind: ResourceType, prefix: str, request: Mapping[str, Any], place: Place
) -> list[str]:
    special = SPECIAL.get((prefix, kind.name))
    if special is not None:
        return special(request, place)
    found = []
    for name in _names(kind, prefix, request):
        if name.startswith("arn:"):
            found.append(name)
        elif len(kind.variables) == 1:
            written = name.lower() if kind.name in LOWER_CASE else name
            values = {kind.variables[0]: written}
            found.append(kind.format(place.partition, place.region, place.account, values))
    return found


def _names(kind: ResourceType, prefix: str, request: Mapping[str, Any]) -> list[str]:
    rule = RULES.get(prefix, {}).get(kind.name)
    if rule is not None:
        return [name for each in rule for name in texts_at(each, request)]
    if len(kind.variables) != 1:
        return []
    wanted = kind.variables[0].lower()
    return [text for name in request if name.lower() == wanted for text in _texts(request[name])]


def texts_at(expression: str, request: Mapping[str, Any]) -> list[str]:
    """The texts that a JMESPath expression finds in a request."""
    return _texts(_compiled(expression).search(request))


@cache
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str) and item]


Special = Callable[[Mapping[str, Any], Place], list[str]]
SPECIAL: Mapping[tuple[str, str], Special] = {
    ("application-autoscaling", "ScalableTarget"): scalable_targets,
    ("cloudformation", "stack"): named_resources.stacks,
    ("codebuild", "project"): named_resources.build_projects,
    ("codebuild", "report-group"): named_resources.report_groups,
    ("codepipeline", "action"): named_resources.pipeline_actions,
    ("codepipeline", "stage"): named_resources.pipeline_stages,
    ("events", "event-bus"): named_resources.event_buses,
    ("events", "rule-on-custom-event-bus"): named_resources.rules_of_custom_buses,
    ("events", "rule-on-default-event-bus"): named_resources.rules_of_default_bus,
    ("iam", "group"): named_resources.groups,
    ("iam", "policy"): named_resources.policies,
    ("iam", "role"): named_resources.roles,
    ("iam", "user"): named_resources.users,
    ("lambda", "function"): named_resources.functions,
    ("logs", "log-group"): named_resources.log_groups,
    ("logs", "log-stream"): named_resources.log_streams,
    ("sagemaker", "pipeline-execution"): named_resources.pipeline_executions,
    ("secretsmanager", "Secret"): named_resources.secrets,
    ("sqs", "queue"): named_resources.queues,
    ("ssm", "parameter"): named_resources.parameters,
    ("kms", "key"): named_resources.keys,
}
