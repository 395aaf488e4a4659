"""The policy of a resource itself, where the service has such policies and the resource one.

Read from what moto and the services here keep; a resource that is not there has none.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.awslambda import lambda_backends
from moto.core.exceptions import ServiceException
from moto.ecr import ecr_backends
from moto.events import events_backends
from moto.iam import iam_backends
from moto.kms import kms_backends
from moto.logs import logs_backends
from moto.s3 import s3_backends
from moto.sagemaker import sagemaker_backends
from moto.secretsmanager import secretsmanager_backends
from moto.sns import sns_backends
from moto.sqs import sqs_backends
from werkzeug.exceptions import HTTPException

from localcloud.iam.policy_evaluation import Policy

SOURCE = "resource-based policy"


def policies_of(arn: str, partition: str, account: str) -> list[Policy] | None:
    """The policies of the resource that an ARN names: empty for one that has none; None if a resource of
    a kind that has policies is not there. `account` is the owner of an S3 bucket."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[2] not in _READ:
        return []
    owner = parts[4] or account
    try:
        texts = _READ[parts[2]](parts[5], parts[3], owner, partition)
    except (KeyError, AttributeError, HTTPException, ServiceException):
        return None
    return [Policy.parse(text, arn, SOURCE) for text in texts if text]


def _bucket(resource: str, _region: str, account: str, partition: str) -> list[str]:
    bucket = s3_backends[account][partition].buckets.get(resource.partition("/")[0])
    policy = bucket.policy if bucket else None
    return [policy.decode() if isinstance(policy, bytes) else policy] if policy else []


def _queue(name: str, region: str, account: str, _partition: str) -> list[str]:
    return _as_text(sqs_backends[account][region].queues[name].policy)


def _topic(name: str, region: str, account: str, partition: str) -> list[str]:
    topic = sns_backends[account][region].topics[f"arn:{partition}:sns:{region}:{account}:{name}"]
    return [topic.policy]


def _key(resource: str, region: str, account: str, _partition: str) -> list[str]:
    return [kms_backends[account][region].keys[resource.removeprefix("key/")].policy]


def _function(resource: str, region: str, account: str, _partition: str) -> list[str]:
    name = resource.removeprefix("function:").partition(":")[0]
    function: Any = lambda_backends[account][region].get_function(name)
    # moto's own text of a policy without statements is an error: that the function is not there.
    statements = function.policy.statements
    return _as_text({"Version": "2012-10-17", "Statement": statements} if statements else None)


def _repository(resource: str, region: str, account: str, _partition: str) -> list[str]:
    name = resource.removeprefix("repository/")
    return _as_text(ecr_backends[account][region].repositories[name].policy)


def _bus(resource: str, region: str, account: str, _partition: str) -> list[str]:
    # A bus's policy is about its rules too (`rule/<name>`, `rule/<bus>/<name>`).
    kind, _, name = resource.partition("/")
    bus = (name.rpartition("/")[0] or "default") if kind == "rule" else name
    return _as_text(events_backends[account][region].event_buses[bus].policy)


def _log_group(_resource: str, region: str, account: str, _partition: str) -> list[str]:
    # CloudWatch Logs' resource policies are the account's, and name groups in their statements.
    policies = logs_backends[account][region].resource_policies.values()
    return [policy.policy_document for policy in list(policies)]


def _package_group(resource: str, region: str, account: str, _partition: str) -> list[str]:
    # A group's policy is about its versions too (`model-package/<group>/<version>`).
    kind, _, name = resource.partition("/")
    if kind not in ("model-package-group", "model-package"):
        return []
    backend: Any = sagemaker_backends[account][region]
    wanted = name.partition("/")[0].lower()
    groups = list(backend.model_package_groups.values())
    return [group.policy for group in groups if group.policy and group.name.lower() == wanted]


def _secret(resource: str, region: str, account: str, _partition: str) -> list[str]:
    known = list(secretsmanager_backends[account][region].secrets.values())
    found = [each for each in known if each.arn.endswith(f":{resource}")]
    return _as_text(found[0].policy) if found else []


def _trust(resource: str, _region: str, account: str, partition: str) -> list[str]:
    roles = list(iam_backends[account][partition].roles.values())
    arn = f"arn:{partition}:iam::{account}:{resource}"
    document: Any = next(role for role in roles if role.arn == arn).assume_role_policy_document
    return _as_text(document)


def _as_text(policy: Any) -> list[str]:
    if not policy:
        return []
    return [policy if isinstance(policy, str) else json.dumps(policy)]


_READ: dict[str, Callable[[str, str, str, str], list[str]]] = {
    "s3": _bucket,
    "sqs": _queue,
    "sns": _topic,
    "kms": _key,
    "lambda": _function,
    "ecr": _repository,
    "events": _bus,
    "logs": _log_group,
    "sagemaker": _package_group,
    "secretsmanager": _secret,
}


def trust_policies(role_arn: str, partition: str) -> list[Policy]:
    """Who may assume a role; empty if there is no such role, or account."""
    parts = role_arn.split(":", 5)
    if len(parts) < 6 or parts[4] not in iam_backends:
        return []
    try:
        texts = _trust(parts[5], "", parts[4], partition)
    except StopIteration:
        return []
    return [Policy.parse(text, role_arn, "role trust policy") for text in texts]
