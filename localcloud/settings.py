"""Where the local cloud listens, what it calls itself, and where its files lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

ACCOUNT_ID = "123456789012"
DEFAULT_PORT = 4510
DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True)
class Settings:
    """One running local cloud.

    `host` is a name, not an address: the CDK CLI and botocore address S3 buckets as virtual hosts
    (`bucket.localhost`) unless the endpoint's host is an IP address, which moto does not resolve.
    """

    port: int = DEFAULT_PORT
    host: str = "localhost"
    region: str = DEFAULT_REGION
    account_id: str = ACCOUNT_ID
    state_dir: Path = field(default_factory=lambda: Path(".slipway"))

    @property
    def endpoint_url(self) -> str:
        """The address to give to `AWS_ENDPOINT_URL`."""
        return f"http://{self.host}:{self.port}"
