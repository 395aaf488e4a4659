"""The IAM backend: moto's, with AWS's managed policies there from the start."""

from __future__ import annotations

import json

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, ManagedPolicy
from moto.iam.models import IAMBackend as MotoBackend
from moto.utilities.utils import get_partition

from localcloud.cloud import current


class IAMBackend(MotoBackend):
    """State of IAM in one account."""

    def _init_aws_policies(self) -> list[ManagedPolicy]:
        # moto loads them only when its own configuration says so; a template that attaches one
        # (the CDK's bootstrap: AdministratorAccess) must find it. 70 ms for all 1,582.
        if not self._is_of_this_cloud():
            return []
        return [
            AWSManagedPolicy.from_data(name, self.account_id, self.region_name, data)
            for name, data in json.loads(aws_managed_policies_data).items()
        ]

    def _is_of_this_cloud(self) -> bool:
        """moto makes a backend for each of six partitions at the first call; a cloud is in one."""
        try:
            partition: str = get_partition(current().settings.region)
        except RuntimeError:  # no cloud runs: the backend is used by itself
            return True
        return bool(self.region_name == partition)
