"""Scalable targets, which requests name by what they scale, and policies by an id of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from moto.applicationautoscaling import applicationautoscaling_backends

if TYPE_CHECKING:
    from localcloud.iam.authorization.resources import Place


def scalable_targets(request: Mapping[str, Any], place: Place) -> list[str]:
    """The target of a resource. One that is not there has no id yet: `scalable-target/*` (assumed)."""
    backend: Any = applicationautoscaling_backends[place.account][place.region]
    wanted = request.get("ResourceId")
    if not wanted:
        return []
    known = list(backend.scalable.items())
    found = [str(target.arn) for key, target in known if key.resource_id == wanted]
    where = f"arn:{place.partition}:application-autoscaling:{place.region}:{place.account}"
    return found or [f"{where}:scalable-target/*"]
