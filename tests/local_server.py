"""A local cloud in the process of the tests: its start and stop, and what most tests make in one."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from moto.iam import iam_backends
from moto.moto_api._internal.models import moto_api_backend

from localcloud.clock import Clock
from localcloud.server import Server
from localcloud.settings import Settings

ACCOUNT = "123456789012"
REGION = "us-east-1"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
# Shared, because a session reads each service's model anew.
_SESSION = boto3.Session(region_name=REGION)


@contextlib.contextmanager
def serving(state: Path, clock: Clock | None = None, pace: float = 1.0) -> Iterator[str]:
    """A local cloud on a port of its own, for as long as the block lasts; its endpoint. `clock` takes
    the place of the machine's own time, `pace` is how fast AWS's waits pass (Settings.pace).

    A process has one cloud at a time, and what moto keeps belongs to the process: what an earlier
    cloud left there is thrown away first.
    """
    server = Server(Settings(port=unused_port(), state_dir=state, pace=pace), clock)
    server.start()
    try:
        # Dropped first: the reset would give IAM all of AWS's managed policies, then throw it away.
        iam_backends.clear()
        moto_api_backend.reset()
        yield server.settings.endpoint_url
    finally:
        server.stop()


def unused_port() -> int:
    """A port of localhost on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


class LocalCloud:
    """Clients of a running local cloud, one for each service."""

    def __init__(
        self, endpoint: str, config: Config | None = None, session: boto3.Session = _SESSION
    ) -> None:
        self.endpoint = endpoint
        self._session = session
        self._config = config
        self._clients: dict[tuple[str, str | None], Any] = {}

    def client(self, service: str, region: str | None = None) -> Any:
        """A client of a service, in the session's region or another."""
        if (service, region) not in self._clients:
            self._clients[service, region] = self._session.client(
                service, region, endpoint_url=self.endpoint, config=self._config
            )
        return self._clients[service, region]

    def make_queue(self, name: str) -> tuple[str, str]:
        """A queue that EventBridge's rules may send to; its URL and ARN."""
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        allowed = policy(allow_service("events", "sqs:SendMessage", arn))
        made = self.client("sqs").create_queue(QueueName=name, Attributes={"Policy": allowed})
        return str(made["QueueUrl"]), arn

    def make_role(self, name: str, principal: dict[str, str], *statements: Any) -> str:
        """A role that a principal can assume and that may do everything, or what is stated."""
        iam = self.client("iam")
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(principal))
        document = policy(*statements or (EVERYTHING,))
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
        return str(made["Role"]["Arn"])


def policy(*statements: dict[str, Any]) -> str:
    """A policy's document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow_service(name: str, action: str | list[str], resource: str) -> dict[str, Any]:
    """A statement of a resource's policy that lets a service (`events`) do something with it."""
    return {
        "Effect": "Allow",
        "Principal": service_principal(name),
        "Action": action,
        "Resource": resource,
    }


def service_principal(name: str) -> dict[str, str]:
    """A service as a principal (`lambda`, say)."""
    return {"Service": f"{name}.amazonaws.com"}


def trust(principal: dict[str, str]) -> str:
    """The policy of a role that a principal can assume."""
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
