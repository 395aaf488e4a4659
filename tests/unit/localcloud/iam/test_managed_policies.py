"""AWS's managed policies are there where templates look for them."""

from __future__ import annotations

from localcloud.cloud import Cloud
from localcloud.iam.models import IAMBackend
from tests.local_server import ACCOUNT


def test_only_the_partition_of_the_cloud_has_aws_managed_policies(running_cloud: Cloud) -> None:
    ours, other = (IAMBackend(name, ACCOUNT).managed_policies for name in ("aws", "aws-cn"))
    assert "arn:aws:iam::aws:policy/AdministratorAccess" in ours
    assert not other
