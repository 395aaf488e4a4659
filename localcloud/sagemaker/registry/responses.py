"""The operations of the model registry.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModelPackages.html and its siblings.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.responses import SageMakerResponse

from localcloud.errors import ValidationException, unsupported
from localcloud.sagemaker.registry.api_request import body, caller, validated
from localcloud.sagemaker.registry.listing import ASCENDING, answer, in_time, page
from localcloud.sagemaker.registry.model_package import ModelPackage


class RegistryResponse(SageMakerResponse):
    """Parses a request, calls the backend, answers."""

    def create_model_package_group(self) -> ActionResult:
        group = self._registry.make_group(body(self), caller(self))
        return ActionResult({"ModelPackageGroupArn": group.arn})

    def describe_model_package_group(self) -> ActionResult:
        request = validated(self, "DescribeModelPackageGroup")
        return ActionResult(self._registry.group(request["ModelPackageGroupName"]).describe())

    def delete_model_package_group(self) -> EmptyResult:
        request = validated(self, "DeleteModelPackageGroup")
        self._registry.remove_group(request["ModelPackageGroupName"])
        return EmptyResult()

    def put_model_package_group_policy(self) -> ActionResult:
        request = validated(self, "PutModelPackageGroupPolicy")
        group = self._registry.group(request["ModelPackageGroupName"])
        group.put_policy(request["ResourcePolicy"])
        return ActionResult({"ModelPackageGroupArn": group.arn})

    def get_model_package_group_policy(self) -> ActionResult:
        request = validated(self, "GetModelPackageGroupPolicy")
        group = self._registry.group(request["ModelPackageGroupName"])
        return ActionResult({"ResourcePolicy": group.require_policy()})

    def delete_model_package_group_policy(self) -> EmptyResult:
        request = validated(self, "DeleteModelPackageGroupPolicy")
        group = self._registry.group(request["ModelPackageGroupName"])
        group.require_policy()
        group.policy = None
        return EmptyResult()

    def list_model_package_groups(self) -> ActionResult:
        request = validated(self, "ListModelPackageGroups")
        option = request.get("CrossAccountFilterOption") or "SameAccount"
        if option != "SameAccount":
            raise unsupported("CrossAccountFilterOption", option, ["SameAccount"])
        contains = (request.get("NameContains") or "").lower()
        found = [
            group
            for group in list(self._registry.model_package_groups.values())
            if contains in group.name.lower() and _is_in_time(group.created, request)
        ]
        by_name = request.get("SortBy") == "Name"
        items, token = page(
            found,
            request,
            lambda item: (item.name if by_name else item.created.timestamp(), item.number),
            ASCENDING,
        )
        summaries = [item.summary() for item in items]
        return ActionResult(answer("ModelPackageGroupSummaryList", summaries, token))

    def create_model_package(self) -> ActionResult:
        package = self._registry.make_package(body(self), caller(self))
        return ActionResult({"ModelPackageArn": package.arn})

    def describe_model_package(self) -> ActionResult:
        request = validated(self, "DescribeModelPackage")
        return ActionResult(self._registry.describe_model_package(request["ModelPackageName"]))

    def batch_describe_model_package(self) -> ActionResult:
        request = validated(self, "BatchDescribeModelPackage")
        summaries: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for arn in request["ModelPackageArnList"]:
            try:
                summaries[arn] = self._registry.package(arn).batch_summary()
            except ValidationException as error:
                errors[arn] = {"ErrorCode": error.aws_code, "ErrorResponse": error.message}
        return ActionResult(
            {"ModelPackageSummaries": summaries, "BatchDescribeModelPackageErrorMap": errors}
        )

    def update_model_package(self) -> ActionResult:
        package = self._registry.change_package(body(self), caller(self))
        return ActionResult({"ModelPackageArn": package.arn})

    def delete_model_package(self) -> EmptyResult:
        request = validated(self, "DeleteModelPackage")
        self._registry.remove_package(request["ModelPackageName"])
        return EmptyResult()

    def list_model_packages(self) -> ActionResult:
        request = validated(self, "ListModelPackages")
        found = [package for package in self._candidates(request) if _matches(package, request)]
        by_name = request.get("SortBy") == "Name"
        items, token = page(
            found,
            request,
            lambda item: (_name(item) if by_name else item.created.timestamp(), item.number),
            ASCENDING,
        )
        summaries = [item.summary() for item in items]
        return ActionResult(answer("ModelPackageSummaryList", summaries, token))

    def _candidates(self, request: dict[str, Any]) -> list[ModelPackage]:
        """A group's versions, whatever ModelPackageType says (its default would be Unversioned)."""
        if request.get("ModelPackageGroupName"):
            group = self._registry.group(request["ModelPackageGroupName"])
            versions: list[ModelPackage] = self._registry.packages_of(group)
            return versions
        kind = request.get("ModelPackageType") or "Unversioned"
        wanted = {"Versioned": (True,), "Unversioned": (False,), "Both": (True, False)}[kind]
        packages = list(self._registry.model_packages.values())
        return [item for item in packages if (item.version is not None) in wanted]

    @property
    def _registry(self) -> Any:
        return self.sagemaker_backend


def _matches(package: ModelPackage, request: dict[str, Any]) -> bool:
    status = request.get("ModelApprovalStatus")
    contains = (request.get("NameContains") or "").lower()
    return (
        status in (None, package.approval_status)
        and contains in _name(package).lower()
        and _is_in_time(package.created, request)
    )


def _name(package: ModelPackage) -> str:
    return package.group_name or package.name or ""


def _is_in_time(moment: Any, request: dict[str, Any]) -> bool:
    return in_time(moment, request.get("CreationTimeAfter"), request.get("CreationTimeBefore"))
