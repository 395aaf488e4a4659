"""The VPC in which jobs and models run, if they run in one.

It must reach S3 (a gateway endpoint) and, for the steps that look into the Model Registry, SageMaker's API:
https://docs.aws.amazon.com/sagemaker/latest/dg/process-vpc.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sagemaker.core.network import NetworkConfig
from sagemaker.core.training.configs import Networking


@dataclass(frozen=True)
class Network:
    """Subnets and security groups, in the forms in which each part of the SDK takes them."""

    subnets: tuple[str, ...]
    security_group_ids: tuple[str, ...]

    def for_processing(self) -> NetworkConfig:
        """Of processing jobs."""
        return NetworkConfig(
            subnets=list(self.subnets), security_group_ids=list(self.security_group_ids)
        )

    def for_checks(self) -> dict[str, Any]:
        """Of check jobs: the SDK (3.27.0) puts what it is given into the request as it is, and does not
        make it one (sagemaker.mlops.workflow._check_job_request)."""
        request: dict[str, Any] = self.for_processing()._to_request_dict()
        return request

    def for_training(self) -> Networking:
        """Of a training job, and of a model (whose transform jobs then run there)."""
        return Networking(
            subnets=list(self.subnets), security_group_ids=list(self.security_group_ids)
        )

    def vpc_config(self) -> dict[str, list[str]]:
        """As in the requests of SageMaker's API."""
        return {
            "Subnets": list(self.subnets),
            "SecurityGroupIds": list(self.security_group_ids),
        }


Ids = str | Sequence[str] | None


def network(subnet_ids: Ids, security_group_ids: Ids) -> Network | None:
    """The network of these ids, each a list or one text with commas; None without any.

    Raises ValueError: SageMaker takes subnets and security groups together or not at all.
    """
    subnets, groups = _ids(subnet_ids), _ids(security_group_ids)
    if bool(subnets) != bool(groups):
        raise ValueError(
            f"subnet_ids is {subnet_ids!r} and security_group_ids is {security_group_ids!r}; both are "
            "needed, or neither"
        )
    return Network(subnets, groups) if subnets else None


def _ids(given: Ids) -> tuple[str, ...]:
    parts = given.split(",") if isinstance(given, str) else given or ()
    return tuple(part.strip() for part in parts if part.strip())
