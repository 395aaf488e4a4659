"""What SageMaker's endpoints ask of Application Auto Scaling when they change or go.

https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling.html: an update must not change the instance
type of a variant that is registered, nor remove it (the words are assumed); a deletion deregisters the
variants, if its caller may (words observed).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from moto.applicationautoscaling import applicationautoscaling_backends

from localcloud.errors import ValidationException
from localcloud.iam.authorization import gate
from localcloud.iam.authorization.denial import Denied


class Configuration(Protocol):
    """An endpoint configuration."""

    @property
    def variants(self) -> Iterable[Mapping[str, Any]]:
        """Its production variants, as requested."""
        ...


def require_update(
    account_id: str, region: str, endpoint: str, before: Configuration, after: Configuration
) -> None:
    """Refuse an update from one configuration to another that scaling could not survive."""
    had = {each["VariantName"]: each.get("InstanceType") for each in before.variants}
    gets = {each["VariantName"]: each.get("InstanceType") for each in after.variants}
    for target in _backend(account_id, region).targets_of(endpoint):
        name = target.key.variant
        if name not in gets:
            what = "removes variant"
        elif had.get(name) != gets[name]:
            what = "changes the instance type of variant"
        else:
            continue
        raise ValidationException(
            f"Cannot update endpoint {endpoint}: the new configuration {what} {name}, which is "
            "registered with Application Auto Scaling. Deregister it first, and register it again "
            "when the update is over."
        )


def release(account_id: str, region: str, endpoint: str) -> None:
    """Deregister an endpoint's variants, as whoever deletes the endpoint."""
    backend = _backend(account_id, region)
    targets = backend.targets_of(endpoint)
    for target in targets:
        try:
            gate.require_of_present_caller(
                "application-autoscaling:DeregisterScalableTarget", target.arn
            )
        except Denied as error:
            raise ValidationException(
                "An Application AutoScaling scalable target exists for a variant being deleted, and "
                "the IAM identity used to invoke DeleteEndpoint does not have "
                "application-autoscaling:DeregisterScalableTarget permission to deregister the "
                "scalable target."
            ) from error
    for target in targets:
        backend.forget(target.key)


def _backend(account_id: str, region: str) -> Any:
    return applicationautoscaling_backends[account_id][region]
