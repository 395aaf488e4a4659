"""Sessions of a pipeline's role and of its actions' roles, and who calls the API.

CodePipeline assumes the pipeline's role; from that session an action's own role is assumed, whose
trust must name the pipeline's role or its account (what the CDK writes). The session's name is the
time in milliseconds, as seen in https://github.com/aws-quickstart/cdk-eks-blueprints/issues/483.
Difference: AWS narrows the sessions further with a session policy.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError
from moto.iam import iam_backends
from moto.sts import sts_backends
from moto.utilities.utils import get_partition

from localcloud import clients
from localcloud.cloud import current
from localcloud.errors import AwsError

SERVICE = "codepipeline.amazonaws.com"
# A session is used again until it has less than this left.
MARGIN = timedelta(minutes=10)

_lock = threading.Lock()
_sessions: dict[tuple[str, str, str], clients.Credentials] = {}


def check_pipeline_role(role_arn: str) -> None:
    """Raises InvalidStructureException when CodePipeline cannot assume the role."""
    if not any(name == SERVICE for kind, name in _trusted(role_arn) if kind == "Service"):
        raise AwsError(
            "InvalidStructureException",
            f"CodePipeline is not authorized to perform AssumeRole on role {role_arn}",
        )


def check_action_role(pipeline_role_arn: str, action_role_arn: str) -> None:
    """Raises InvalidStructureException when the pipeline's role cannot assume the action's."""
    account = pipeline_role_arn.split(":")[4]
    accepted = {"*", account, f"{':'.join(pipeline_role_arn.split(':')[:5])}:root"}
    accepted.add(pipeline_role_arn)
    if not any(name in accepted for kind, name in _trusted(action_role_arn) if kind == "AWS"):
        raise AwsError(
            "InvalidStructureException",
            f"{pipeline_role_arn} is not authorized to perform AssumeRole on role {action_role_arn}",
        )


def session(pipeline_role_arn: str, action_role_arn: str | None) -> clients.Credentials:
    """A session of the action's role, or of the pipeline's; raises AwsError as the checks do."""
    check_pipeline_role(pipeline_role_arn)
    endpoint = current().settings.endpoint_url
    with _lock:
        pipeline = _valid((endpoint, pipeline_role_arn, ""))
        if pipeline is None:
            pipeline = clients.role_session(pipeline_role_arn, _session_name(), SERVICE)
            _sessions[(endpoint, pipeline_role_arn, "")] = pipeline
    if not action_role_arn or action_role_arn == pipeline_role_arn:
        return pipeline
    check_action_role(pipeline_role_arn, action_role_arn)
    key = (endpoint, pipeline_role_arn, action_role_arn)
    with _lock:
        known = _valid(key)
        if known is None:
            known = _assume(pipeline, pipeline_role_arn, action_role_arn)
            _sessions[key] = known
        return known


def caller_arn(account_id: str, access_key_id: str) -> str:
    """The ARN of whoever calls with a key, as GetCallerIdentity tells it."""
    partition = get_partition(current().settings.region)
    assumed = sts_backends[account_id][partition].get_assumed_role_from_access_key(access_key_id)
    if assumed is not None:
        return str(assumed.arn)
    user = iam_backends[account_id][partition].get_user_from_access_key_id(access_key_id)
    return str(user.arn) if user else f"arn:{partition}:iam::{account_id}:root"


def _valid(key: tuple[str, str, str]) -> clients.Credentials | None:
    known = _sessions.get(key)
    if known is None or known.expiration - MARGIN <= current().clock.now():
        return None
    return known


def _assume(
    pipeline: clients.Credentials, pipeline_role_arn: str, action_role_arn: str
) -> clients.Credentials:
    sts = clients.client("sts", current().settings.region, pipeline)
    try:
        made = sts.assume_role(
            RoleArn=action_role_arn,
            RoleSessionName=_session_name(),
            DurationSeconds=clients.SESSION_SECONDS,
        )["Credentials"]
    except ClientError as error:
        raise AwsError(
            "InvalidStructureException",
            f"{pipeline_role_arn} is not authorized to perform AssumeRole on role "
            f"{action_role_arn}: {error.response['Error'].get('Message', '')}",
        ) from error
    expiration: datetime = made["Expiration"]
    return clients.Credentials(
        made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"], expiration
    )


def _session_name() -> str:
    return str(int(current().clock.now().timestamp() * 1000))


def _trusted(role_arn: str) -> Iterator[tuple[str, str]]:
    """Who may assume a role, as kind and name; nobody if there is no such role."""
    partition = get_partition(current().settings.region)
    roles = iam_backends[role_arn.split(":")[4]][partition].roles.values()
    role = next((role for role in list(roles) if role.arn == role_arn), None)
    if role is None:
        return
    policy: Any = role.assume_role_policy_document
    statements = (json.loads(policy) if isinstance(policy, str) else policy).get("Statement", [])
    for statement in [statements] if isinstance(statements, dict) else statements:
        principal = statement.get("Principal", {})
        if statement.get("Effect") != "Allow":
            continue
        if isinstance(principal, str):
            yield "AWS", principal
            continue
        for kind, names in principal.items():
            for name in [names] if isinstance(names, str) else names:
                yield kind, name
