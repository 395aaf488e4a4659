"""iam:PassRole: whoever hands a role to a service must be allowed to pass it, to that service.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html. Which actions need it is in the
Service Authorization Reference; where their requests name the role, here. Not there, and known from the
services' own pages, are the last of the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.iam.authorization.resources import texts_at
from localcloud.iam.authorization.service_reference import Action

# By service prefix: where requests name a role, and to which service it is passed.
_ROLES: dict[str, tuple[tuple[str, ...], str]] = {
    "cloudformation": (("RoleARN",), "cloudformation.amazonaws.com"),
    "codebuild": (("serviceRole",), "codebuild.amazonaws.com"),
    "codepipeline": (
        (
            "pipeline.roleArn",
            "pipeline.stages[].actions[].roleArn",
            "pipeline.stages[].[beforeEntry,onSuccess,onFailure][].conditions[].rules[].roleArn",
        ),
        "codepipeline.amazonaws.com",
    ),
    "events": (("RoleArn", "Targets[].RoleArn"), "events.amazonaws.com"),
    "lambda": (("Role",), "lambda.amazonaws.com"),
    "sagemaker": (
        ("RoleArn", "ExecutionRoleArn", "TrainingJobDefinition.RoleArn"),
        "sagemaker.amazonaws.com",
    ),
}
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html,
# https://docs.aws.amazon.com/codepipeline/latest/userguide/security-iam-permissions-reference.html
_ALSO = frozenset(
    {
        "cloudformation:CreateChangeSet",
        "cloudformation:CreateStack",
        "cloudformation:DeleteStack",
        "cloudformation:UpdateStack",
        "codebuild:CreateProject",
        "codebuild:UpdateProject",
        "codepipeline:CreatePipeline",
        "codepipeline:UpdatePipeline",
        "events:PutRule",
        "events:PutTargets",
        "lambda:CreateFunction",
        "lambda:UpdateFunctionConfiguration",
        "sagemaker:UpdatePipeline",
    }
)


def passed_roles(
    prefix: str, action: Action, request: Mapping[str, Any]
) -> tuple[tuple[str, ...], str]:
    """The ARNs of the roles that a request passes, and the service they are passed to."""
    name = f"{prefix}:{action.name}"
    if prefix not in _ROLES:
        return (), ""
    if not action.depends_on("iam:PassRole") and name not in _ALSO:
        return (), ""
    expressions, service = _ROLES[prefix]
    found = [role for expression in expressions for role in texts_at(expression, request)]
    return tuple(dict.fromkeys(found)), service
