"""The IAM backend: moto's, with AWS's managed policies there from the start."""

from __future__ import annotations

import json

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, ManagedPolicy
from moto.iam.models import IAMBackend as MotoBackend


class IAMBackend(MotoBackend):
    """State of IAM in one account."""

    def _init_aws_policies(self) -> list[ManagedPolicy]:
        # moto loads them only when its own configuration says so; a template that attaches one
        # (the CDK's bootstrap: AdministratorAccess) must find it. 70 ms for all 1,582.
        return [
            AWSManagedPolicy.from_data(name, self.account_id, self.region_name, data)
            for name, data in json.loads(aws_managed_policies_data).items()
        ]
