"""The one place that makes boto3 clients, at first use and once for each service.

Importing boto3 takes several times as long as everything else here together: it is imported by the
first call that needs it. Timeouts are set so that a call that hangs, with its retries, ends before
the function's own time limit (a minute; two for the function that invokes an endpoint), and the
function can still answer its job.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slipway_shared.stage_settings import Target

CONNECT_TIMEOUT_SECONDS = 3
READ_TIMEOUT_SECONDS = 12
ATTEMPTS = 3
# A model container may take 60 s to answer an invocation
# (https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html); one that takes
# 45 s for a few records has failed a smoke test.
INVOCATION_READ_TIMEOUT_SECONDS = 45
INVOCATION_ATTEMPTS = 2


@cache
def client(service: str) -> Any:
    """The boto3 client of a service, with the function's own role."""
    import boto3

    return boto3.client(service, config=_config(service))


def client_with(
    service: str, *, access_key_id: str, secret_access_key: str, session_token: str
) -> Any:
    """A boto3 client with credentials that were handed over; never cached."""
    import boto3

    return boto3.client(
        service,
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_access_key,
        aws_session_token=session_token,
        config=_config(service),
    )


@cache
def client_in(target: Target, service: str, session_name: str, config: Any = None) -> Any:
    """The boto3 client of a service in a stage's account and region, as its deployment role; with a
    botocore Config of its own, or this module's.

    For one invocation of a function, whose time limit is far below the session's fifteen minutes;
    `forget_sessions` is to be called at the start of the next. Raises what STS raises.
    """
    credentials = _session(target, session_name)
    import boto3

    return boto3.client(
        service,
        region_name=target.region,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        config=config or _config(service),
    )


@cache
def _session(target: Target, session_name: str) -> Any:
    answer = client("sts").assume_role(
        RoleArn=target.role_arn,
        RoleSessionName=session_name,
        ExternalId=target.external_id,
        # The least that STS gives
        # (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html).
        DurationSeconds=900,
    )
    return answer["Credentials"]


def forget_sessions() -> None:
    """Let the next call assume its role anew: a function's process outlives a session."""
    client_in.cache_clear()
    _session.cache_clear()


def _config(service: str) -> Any:
    from botocore.config import Config

    invokes = service == "sagemaker-runtime"
    return Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=INVOCATION_READ_TIMEOUT_SECONDS if invokes else READ_TIMEOUT_SECONDS,
        retries={
            "mode": "standard",
            "total_max_attempts": INVOCATION_ATTEMPTS if invokes else ATTEMPTS,
        },
    )
