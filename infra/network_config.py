"""The part of the configuration that says where builds and functions run: the key `network`."""

from __future__ import annotations

from dataclasses import dataclass

from infra.reading import list_of, optional, setting, text

# At most as many as a VpcConfig may have:
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html
SUBNETS = list_of(
    text(r"subnet-[0-9a-f]{8,17}", ""), 16, "ids of subnets such as 'subnet-0a1b2c3d'"
)
SECURITY_GROUPS = list_of(
    text(r"sg-[0-9a-f]{8,17}", ""), 5, "ids of security groups such as 'sg-0a1b2c3d'"
)


@dataclass(frozen=True)
class NetworkConfig:
    """The VPC of the build and of the functions."""

    vpc_id: str | None = setting(
        "the VPC in which builds and functions run; null is none",
        optional(text(r"vpc-[0-9a-f]{8,17}", "the id of a VPC such as 'vpc-0a1b2c3d'")),
        default=None,
    )
    subnet_ids: list[str] = setting("their subnets", SUBNETS, default_factory=list)
    security_group_ids: list[str] = setting(
        "their security groups", SECURITY_GROUPS, default_factory=list
    )

    def contradiction(self) -> tuple[str, str] | None:
        """All three or none."""
        for name in ("subnet_ids", "security_group_ids"):
            if bool(getattr(self, name)) != (self.vpc_id is not None):
                return name, "1 or more with a vpc_id, and none without"
        return None
