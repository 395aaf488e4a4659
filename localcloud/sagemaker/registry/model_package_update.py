"""What UpdateModelPackage changes in a package.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html: what the request
names is replaced, metadata and additional specifications are merged. Any approval status can follow
any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.errors import ValidationException
from localcloud.sagemaker.registry.model_package import ModelPackage

# What an update may give, in the order in which the event names it.
REPLACED = (
    "ModelPackageRegistrationType",
    "InferenceSpecification",
    "SourceUri",
    "ModelLifeCycle",
)
_MAX_METADATA = 50
_MAX_SPECIFICATIONS = 15


def apply(package: ModelPackage, request: Mapping[str, Any]) -> tuple[str, ...]:
    """Change a package; answers the names of the fields that the request gave, for the event.

    Raises ValidationException for what a package cannot have.
    """
    fields = []
    if request.get("ModelApprovalStatus"):
        if package.version is None:
            raise ValidationException(
                "ModelApprovalStatus can only be given for versioned model packages."
            )
        package.approval_status = request["ModelApprovalStatus"]
        fields.append("ModelApprovalStatus")
    if request.get("ApprovalDescription") is not None:
        package.approval_description = request["ApprovalDescription"]
        fields.append("ApprovalDescription")
    for member in REPLACED:
        if request.get(member) is not None:
            package.given[member] = request[member]
            fields.append(member)
    added = request.get("CustomerMetadataProperties") or {}
    removed = request.get("CustomerMetadataPropertiesToRemove") or []
    if added or removed:
        metadata = {**package.given.get("CustomerMetadataProperties", {}), **added}
        metadata = {key: value for key, value in metadata.items() if key not in removed}
        _require_room("CustomerMetadataProperties", len(metadata), _MAX_METADATA)
        package.given["CustomerMetadataProperties"] = metadata
        fields.append("CustomerMetadataProperties")
    more = request.get("AdditionalInferenceSpecificationsToAdd")
    if more:
        all_of_them = [*package.given.get("AdditionalInferenceSpecifications", []), *more]
        _require_room("AdditionalInferenceSpecifications", len(all_of_them), _MAX_SPECIFICATIONS)
        package.given["AdditionalInferenceSpecifications"] = all_of_them
        fields.append("AdditionalInferenceSpecifications")
    return tuple(fields)


def _require_room(member: str, count: int, most: int) -> None:
    if count > most:
        raise ValidationException(f"{member} can have at most {most} entries, not {count}.")
