"""The part of the configuration that says where the pipelines' jobs run: the key `jobs`."""

from __future__ import annotations

from dataclasses import dataclass

from infra.network_config import SECURITY_GROUPS, SUBNETS
from infra.reading import setting


@dataclass(frozen=True)
class JobsConfig:
    """The VPC of the jobs, and of the models that pipelines make."""

    subnet_ids: list[str] = setting(
        "subnets in which jobs run; none is SageMaker's own network", SUBNETS, default_factory=list
    )
    security_group_ids: list[str] = setting(
        "security groups of the jobs; needed with subnets", SECURITY_GROUPS, default_factory=list
    )

    def contradiction(self) -> tuple[str, str] | None:
        """SageMaker takes subnets and security groups together or not at all."""
        if self.subnet_ids and not self.security_group_ids:
            return "security_group_ids", "1 or more where there are subnet_ids"
        if self.security_group_ids and not self.subnet_ids:
            return "subnet_ids", "1 or more where there are security_group_ids"
        return None
