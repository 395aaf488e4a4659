"""The part of the SageMaker backend that keeps the model registry.

Refusals are ValidationExceptions, a missing group or package says `… does not exist.`. Any approval
status can follow any other. Names and ARNs are found whatever the case of the group in them. Assumed:
the words for a group that still has versions, and that an update which gives a token a second time is
the same update.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from moto.sagemaker.models import SageMakerModelBackend, sagemaker_backends
from moto.utilities.utils import get_partition

from localcloud.cloud import current
from localcloud.errors import AwsError, ValidationException, unsupported
from localcloud.sagemaker.jobs import request_validation
from localcloud.sagemaker.registry.known_members import CREATE, UPDATE, require_known
from localcloud.sagemaker.registry.model_package import GIVEN, ModelPackage
from localcloud.sagemaker.registry.model_package_events import state_change
from localcloud.sagemaker.registry.model_package_group import ModelPackageGroup
from localcloud.sagemaker.registry.model_package_update import apply


class RegistryBackend(SageMakerModelBackend):
    """State of the model registry in one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # moto's own dictionaries, so that resource tagging finds our records.
        self.model_package_groups: dict[str, ModelPackageGroup] = {}
        self.model_packages: dict[str, ModelPackage] = {}
        self._registry_tokens: dict[str, str] = {}
        self._registry_lock = threading.RLock()
        self._registry_numbers = 0

    # Groups

    def make_group(self, request: dict[str, Any], caller: Mapping[str, Any]) -> ModelPackageGroup:
        """CreateModelPackageGroup."""
        request_validation.validate("CreateModelPackageGroup", request)
        if request.get("ManagedConfiguration"):
            known = ["ModelPackageGroupName", "ModelPackageGroupDescription", "Tags"]
            raise unsupported("CreateModelPackageGroup member", "ManagedConfiguration", known)
        name = request["ModelPackageGroupName"]
        with self._registry_lock:
            if self._group_or_none(name) is not None:
                raise ValidationException(
                    f"Model Package Group already exists: {self._group_arn(name)}"
                )
            group = ModelPackageGroup(
                name=name,
                arn=self._group_arn(name),
                created=current().clock.now(),
                created_by=caller,
                number=self._next_registry_number(),
                description=request.get("ModelPackageGroupDescription"),
                tags=list(request.get("Tags") or []),
            )
            self.model_package_groups[name] = group
        current().changes.announce()
        return group

    def group(self, name_or_arn: str) -> ModelPackageGroup:
        """The group, or SageMaker's words for its absence. An ARN is of this account and region, or of
        none that is here."""
        name = name_or_arn.rpartition("/")[2]
        arn = name_or_arn if name_or_arn.startswith("arn:") else self._group_arn(name)
        found = self._group_or_none(name)
        if found is None or arn.lower() != found.arn.lower():
            raise ValidationException(f"ModelPackageGroup {arn} does not exist.")
        return found

    def remove_group(self, name_or_arn: str) -> None:
        """DeleteModelPackageGroup: only when it is empty."""
        with self._registry_lock:
            group = self.group(name_or_arn)
            if self.packages_of(group):
                raise AwsError(
                    "ConflictException",
                    f"Model Package Group {group.arn} cannot be deleted: it still has model "
                    "packages.",
                )
            del self.model_package_groups[group.name]
        current().changes.announce()

    # Packages

    def make_package(self, request: dict[str, Any], caller: Mapping[str, Any]) -> ModelPackage:
        """CreateModelPackage: the group's next version, or a package with a name of its own."""
        request_validation.validate("CreateModelPackage", request)
        require_known("CreateModelPackage", request, CREATE)
        group_name, name = request.get("ModelPackageGroupName"), request.get("ModelPackageName")
        if group_name and name:
            raise ValidationException(
                "Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot "
                "determine which one to use."
            )
        if not group_name and not name:
            raise ValidationException("Missing ARN.")
        with self._registry_lock:
            token = request.get("ClientToken")
            if token and self._registry_tokens.get(token) in self.model_packages:
                return self.model_packages[self._registry_tokens[token]]
            package = (
                self._new_version(self.group(group_name), request, caller)
                if group_name
                else self._new_package(str(name), request, caller)
            )
            self.model_packages[package.arn] = package
            if token:
                self._registry_tokens[token] = package.arn
            self._changed(package, ())
        return package

    def package(self, name_or_arn: str) -> ModelPackage:
        """The package, by ARN or by name, or SageMaker's words for its absence; by its ARN, also one of
        another account in this region
        (https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-version.html)."""
        arn = self._package_arn(name_or_arn)
        account, known = arn.split(":")[4:5], self.model_packages
        here = arn.split(":")[3:4] == [self.region_name]
        if here and account != [self.account_id] and account[0] in sagemaker_backends:
            known = sagemaker_backends[account[0]][self.region_name].model_packages
        if arn not in known:
            raise ValidationException(f"ModelPackage {arn} does not exist.")
        return known[arn]

    def describe_model_package(self, model_package_name: str) -> dict[str, Any]:
        """A package's members; what the other areas of the service ask for."""
        return self.package(model_package_name).describe()

    def packages_of(self, group: ModelPackageGroup) -> list[ModelPackage]:
        """A group's versions."""
        return [
            item for item in list(self.model_packages.values()) if item.group_name == group.name
        ]

    def change_package(self, request: dict[str, Any], caller: Mapping[str, Any]) -> ModelPackage:
        """UpdateModelPackage: what the request names is replaced, metadata is merged."""
        request_validation.validate("UpdateModelPackage", request)
        require_known("UpdateModelPackage", request, UPDATE)
        with self._registry_lock:
            package = self.package(request["ModelPackageArn"])
            token = request.get("ClientToken")
            if token and self._registry_tokens.get(token) == package.arn:
                return package
            fields = apply(package, request)
            package.modified = current().clock.now()
            package.modified_by = caller
            if token:
                self._registry_tokens[token] = package.arn
            self._changed(package, fields)
        return package

    def remove_package(self, name_or_arn: str) -> None:
        """DeleteModelPackage."""
        with self._registry_lock:
            del self.model_packages[self.package(name_or_arn).arn]
        current().changes.announce()

    def _new_version(
        self, group: ModelPackageGroup, request: dict[str, Any], caller: Mapping[str, Any]
    ) -> ModelPackage:
        if request.get("Tags"):
            raise ValidationException(
                "Tags cannot be given for a model package of a group: a version has the tags of its "
                "model package group."
            )
        version = group.next_version()
        arn = self._package_arn(f"{group.name}/{version}")
        status = request.get("ModelApprovalStatus") or "PendingManualApproval"
        return self._record(arn, None, group.name, version, status, request, caller)

    def _new_package(
        self, name: str, request: dict[str, Any], caller: Mapping[str, Any]
    ) -> ModelPackage:
        arn = self._package_arn(name)
        if arn in self.model_packages:
            raise ValidationException(f"Model Package already exists: {arn}")
        if request.get("ModelApprovalStatus"):
            raise ValidationException(
                "ModelApprovalStatus can only be given for versioned model packages."
            )
        return self._record(arn, name, None, None, None, request, caller)

    def _record(
        self,
        arn: str,
        name: str | None,
        group_name: str | None,
        version: int | None,
        approval_status: str | None,
        request: Mapping[str, Any],
        caller: Mapping[str, Any],
    ) -> ModelPackage:
        return ModelPackage(
            arn=arn,
            name=name,
            group_name=group_name,
            version=version,
            given={member: request[member] for member in GIVEN if member in request},
            approval_status=approval_status,
            created=current().clock.now(),
            created_by=caller,
            number=self._next_registry_number(),
            tags=list(request.get("Tags") or []),
        )

    def _changed(self, package: ModelPackage, fields: tuple[str, ...]) -> None:
        state_change(package, fields, account_id=self.account_id, region=self.region_name)
        current().changes.announce()

    def _group_or_none(self, name: str) -> ModelPackageGroup | None:
        known = list(self.model_package_groups.values())
        return next((group for group in known if group.name.lower() == name.lower()), None)

    def _get_resource_from_arn(self, arn: str) -> Any:
        """What ListTags, AddTags and DeleteTags look at."""
        kind = arn.split(":")[-1].partition("/")[0]
        if kind == "model-package":
            return self.package(arn)
        if kind == "model-package-group":
            return self.group(arn)
        return super()._get_resource_from_arn(arn)

    def _group_arn(self, name: str) -> str:
        return f"{self._registry_prefix()}:model-package-group/{name}"

    def _package_arn(self, name_or_arn: str) -> str:
        prefix, found, name = name_or_arn.partition(":model-package/")
        if found:
            return f"{prefix}{found}{name.lower()}"
        return f"{self._registry_prefix()}:model-package/{name_or_arn.lower()}"

    def _registry_prefix(self) -> str:
        partition = get_partition(self.region_name)
        return f"arn:{partition}:sagemaker:{self.region_name}:{self.account_id}"

    def _next_registry_number(self) -> int:
        self._registry_numbers += 1
        return self._registry_numbers
