"""An API request as questions to `gate`: its action, its resources, and the roles that it passes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.utilities.utils import get_partition

from localcloud.iam.authorization import context_keys, gate, owners
from localcloud.iam.authorization.caller import Caller
from localcloud.iam.authorization.denial import CrossAccountPassRole
from localcloud.iam.authorization.passed_roles import passed_roles
from localcloud.iam.authorization.resources import Place, resources_of
from localcloud.iam.authorization.service_reference import REFERENCE

# Names of operations that differ from those of their actions
# (https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html).
_ACTIONS = {
    ("lambda", "Invoke"): "InvokeFunction",
    ("lambda", "InvokeAsync"): "InvokeFunction",
    ("lambda", "InvokeWithResponseStream"): "InvokeFunction",
    ("sqs", "SendMessageBatch"): "SendMessage",
    ("sqs", "DeleteMessageBatch"): "DeleteMessage",
    ("sqs", "ChangeMessageVisibilityBatch"): "ChangeMessageVisibility",
    ("sns", "PublishBatch"): "Publish",
}
# Anybody may: "No permissions are required to perform this operation"
# (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
_FREE = frozenset({("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")})
_KEYS_OF_THE_PERSON = frozenset({("sts", "GetFederationToken"), ("sts", "GetSessionToken")})
# The tagging that a creation does by itself is an action of its own.
_TAGGING = {
    "cloudwatch": "TagResource",
    "events": "TagResource",
    "lambda": "TagResource",
    "sagemaker": "AddTags",
}
# Where the reference does not say so: botocore's models of these, on `Tags`.
_ALSO_TAG = frozenset({("cloudwatch", "PutCompositeAlarm"), ("cloudwatch", "PutMetricAlarm")})
# CodePipeline's actions may have roles of other accounts: the pipeline's role assumes them
# (https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html).
# CodeBuild refuses them in words of its own.
_OTHERS_ROLES = frozenset({"codebuild", "codepipeline"})


def authorize(
    caller: Caller,
    prefix: str,
    operation: str,
    request: Mapping[str, Any],
    region: str,
    account: str,
) -> None:
    """Raise `Denied` unless the caller may perform the operation. `prefix` is the service's of IAM,
    `account` the one in which it is performed: names in the request are names there."""
    if (prefix, operation) in _KEYS_OF_THE_PERSON and caller.kind != "person":
        raise gate.Unsupported(
            f"unsupported by the local cloud: sts {operation} by {caller.arn}; supported: the "
            "person of the management account (moto's answer is a key of theirs)"
        )
    if (prefix, operation) in _FREE:
        return
    service = REFERENCE.service(prefix)
    name = _ACTIONS.get((prefix, operation), operation)
    action = service.action(name) if service else None
    if action is None:
        # Not an action of AWS's: only a policy with `*` allows it, as nothing else can name it.
        gate.require(caller, f"{prefix}:{name}", "*", region=region)
        return
    place = Place(get_partition(region), region, account)
    context = context_keys.of_request(prefix, request)
    resources = resources_of(action, prefix, request, place)
    tagging = f"{prefix}:{_TAGGING.get(prefix, '')}"
    with_tags = bool(request.get("Tags") or request.get("tags"))
    if prefix == "sts" and with_tags:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
        for _, role in resources:
            gate.require(caller, "sts:TagSession", role, context, region=region)
    for kind, resource in resources:
        gate.require(caller, f"{prefix}:{action.name}", resource, context, region=region)
        # Of what is made, not of what it is made of.
        tags = tagging in action.dependent_actions.get(kind, ())
        if with_tags and (tags or (prefix, action.name) in _ALSO_TAG):
            gate.require(caller, tagging, resource, context, region=region)
    roles, passed_to = passed_roles(prefix, action, request)
    for role in roles:
        if prefix not in _OTHERS_ROLES and owners.owner_of(role) != account:
            raise CrossAccountPassRole(caller.arn, role)
        gate.require(
            caller, "iam:PassRole", role, {"iam:PassedToService": [passed_to]}, region=region
        )
