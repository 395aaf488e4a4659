"""The members of the registry's requests that are kept; any other is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.errors import unsupported
from localcloud.sagemaker.registry.model_package import GIVEN
from localcloud.sagemaker.registry.model_package_update import REPLACED

CREATE = frozenset(
    {
        *GIVEN,
        "ModelPackageName",
        "ModelPackageGroupName",
        "ModelApprovalStatus",
        "ClientToken",
        "Tags",
    }
)
UPDATE = frozenset(
    {
        *REPLACED,
        "ModelPackageArn",
        "ModelApprovalStatus",
        "ApprovalDescription",
        "CustomerMetadataProperties",
        "CustomerMetadataPropertiesToRemove",
        "AdditionalInferenceSpecificationsToAdd",
        "ClientToken",
    }
)


def require_known(operation: str, request: Mapping[str, Any], known: frozenset[str]) -> None:
    """Raise ValidationException, naming the member, for one that is not kept."""
    for member, value in request.items():
        if value and member not in known:
            raise unsupported(f"{operation} member", member, known)
