"""Where the local cloud listens, what it calls itself, and where its files lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from localcloud.http_hosts import is_everywhere

ACCOUNT_ID = "123456789012"
DEFAULT_HOST = "localhost"
DEFAULT_PORT = 4510
DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True)
class Settings:
    """One running local cloud.

    `host` is a name, not an address: the CDK CLI and botocore address S3 buckets as virtual hosts
    (`bucket.localhost`) unless the endpoint's host is an IP address, which moto does not resolve.
    """

    port: int = DEFAULT_PORT
    host: str = DEFAULT_HOST
    region: str = DEFAULT_REGION
    account_id: str = ACCOUNT_ID
    accounts: tuple[str, ...] = ()
    """Ids of further accounts that there are from the start, in one organization with `account_id`."""
    state_dir: Path = field(default_factory=lambda: Path(".slipway"))
    iam: bool = True
    """Whether calls are denied that the policies do not allow."""
    pace: float = 1.0
    """How many of AWS's seconds pass in one of this machine's, for what only waits or measures time:
    bakes of a deployment, periods and evaluation of alarms, cooldowns of scaling. Requests, jobs,
    time-outs of functions and builds, and all timestamps keep the machine's own time."""

    @property
    def endpoint_url(self) -> str:
        """The address to give to `AWS_ENDPOINT_URL` on this machine."""
        if is_everywhere(self.host):
            return f"http://localhost:{self.port}"
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"
