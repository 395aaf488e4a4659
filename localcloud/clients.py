"""How one service of the local cloud calls another: through its HTTP API, as a role.

On AWS, CodePipeline calls CodeBuild as the pipeline's role and SageMaker reads S3 as the job's. The
services here do the same, through boto3 and the cloud's own port, so that each call has a caller.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from moto.sts import sts_backends
from moto.utilities.utils import get_partition

from localcloud.cloud import current
from localcloud.errors import AwsError
from localcloud.iam.authorization import context_keys, resource_policies
from localcloud.iam.authorization.caller import (
    Caller,
    forget_services,
    internal_key,
    service_key,
)
from localcloud.iam.authorization.decision import TRUST, Policies, decide

SESSION_SECONDS = 3600
# Lambda answers when the function has ended, after fifteen minutes at most; botocore would invoke it a
# second time after one.
_READ_SECONDS = {"lambda": 910}

_lock = threading.Lock()
_session = boto3.Session()
_clients: dict[tuple[str, str, str], Any] = {}
_role_sessions: dict[tuple[str, str], Credentials] = {}


@dataclass(frozen=True)
class Credentials:
    """Temporary credentials of a role's session."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: datetime

    def environment(self) -> dict[str, str]:
        """As the AWS SDKs' environment variables."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_SESSION_TOKEN": self.session_token,
        }


def role_session(role_arn: str, session_name: str, service: str) -> Credentials:
    """A session of `role_arn` for `service` (`codebuild.amazonaws.com`, say).

    Raises AccessDeniedException when the role does not exist or does not trust the service, in the
    words that CodePipeline uses for a role it cannot assume.
    """
    with _lock:
        known = _role_sessions.get((role_arn, session_name))
        if known and known.expiration > current().clock.now() + timedelta(minutes=10):
            return known
        account_id = role_arn.split(":")[4]
        _require_trust(role_arn, account_id, service)
        partition = get_partition(current().settings.region)
        role = sts_backends[account_id][partition].assume_role(
            region_name=current().settings.region,
            role_session_name=session_name,
            role_arn=role_arn,
            policy=None,
            duration=SESSION_SECONDS,
            external_id=None,
        )
        credentials = Credentials(
            role.access_key_id,
            role.secret_access_key,
            role.session_token,
            current().clock.now() + timedelta(seconds=SESSION_SECONDS),
        )
        _role_sessions[(role_arn, session_name)] = credentials
        return credentials


def service_client(service: str, region: str, principal: str, source_arn: str) -> Any:
    """A client with which a service calls without a role, on behalf of one of its resources.

    `principal` is such as `events.amazonaws.com`, `source_arn` the rule's: what is called decides by its
    own policy, with `aws:SourceArn` and `aws:SourceAccount`.
    """
    return _client(service, region, service_key(principal, source_arn, region))


def as_caller(caller: Caller) -> Credentials:
    """Credentials that stand for a caller, for what a service does in its name.

    AWS calls them forward access sessions; here the key is enough, since signatures are not checked.
    """
    expiration = current().clock.now() + timedelta(seconds=SESSION_SECONDS)
    return Credentials(caller.access_key_id, "forwarded", "forwarded", expiration)


def _require_trust(role_arn: str, account_id: str, service: str) -> None:
    partition = get_partition(current().settings.region)
    # AWS's services give the account of what they act for; which resource, differs from one to another.
    caller = Caller("service", service, account_id, partition)
    context = context_keys.of_caller(caller, current().settings.region)
    trust = Policies(
        resource=resource_policies.trust_policies(role_arn, partition), must_allow=TRUST
    )
    if not decide(caller, "sts:AssumeRole", role_arn, context, trust).allowed:
        raise AwsError(
            "AccessDeniedException",
            f"{service} is not authorized to perform AssumeRole on role {role_arn}",
        )


def client(
    service: str, region: str, credentials: Credentials | None = None, *, account: str | None = None
) -> Any:
    """A boto3 client for this cloud's own port, as a role's session or as the cloud itself in an
    account (its own, unless told)."""
    if credentials is None:
        return _client(service, region, internal_key(account or current().settings.account_id))
    return _client(
        service,
        region,
        credentials.access_key_id,
        credentials.secret_access_key,
        credentials.session_token,
    )


def _client(
    service: str, region: str, access_key: str, secret: str = "localcloud", token: str | None = None
) -> Any:
    with _lock:
        known = _clients.get((service, region, access_key))
        if known is None:
            known = _session.client(
                service,
                region_name=region,
                endpoint_url=current().settings.endpoint_url,
                aws_access_key_id=access_key,
                aws_secret_access_key=secret,
                aws_session_token=token,
                config=Config(
                    retries={"mode": "standard", "max_attempts": 2},
                    read_timeout=_READ_SECONDS.get(service, 60),
                    s3={"addressing_style": "path"},
                    max_pool_connections=32,
                ),
            )
            _clients[(service, region, access_key)] = known
        return known


def forget_sessions() -> None:
    """Drop every cached client and session: they belong to a cloud that has stopped."""
    with _lock:
        _clients.clear()
        _role_sessions.clear()
    forget_services()
