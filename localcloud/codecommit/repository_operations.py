"""The operations on repositories.

https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateRepository.html and its siblings
"""

from __future__ import annotations

from moto.core.responses import ActionResult, EmptyResult

from localcloud.codecommit import encryption_keys, exceptions, names, references
from localcloud.codecommit.operations import Operations, page, without_none
from localcloud.codecommit.references import BRANCHES
from localcloud.codecommit.tags import checked_tags
from localcloud.errors import AwsError

PAGE = 1000
MAXIMUM_NAMES = 100
SORT_BY = ("repositoryName", "lastModifiedDate")
ORDER = ("ascending", "descending")


class RepositoryOperations(Operations):
    """CreateRepository … UpdateRepositoryEncryptionKey."""

    def create_repository(self) -> ActionResult:
        request = self.request_members
        made = self.hosting.make(
            names.repository_name(request),
            names.description(request.get("repositoryDescription")),
            checked_tags(request.get("tags") or {}),
            request.get("kmsKeyId"),
        )
        return ActionResult({"repositoryMetadata": made.describe()})

    def get_repository(self) -> ActionResult:
        return ActionResult({"repositoryMetadata": self.repository.describe()})

    def batch_get_repositories(self) -> ActionResult:
        wanted = names.required(
            self.request_members, "repositoryNames", "RepositoryNamesRequiredException"
        )
        if len(wanted) > MAXIMUM_NAMES:
            raise AwsError(
                "MaximumRepositoryNamesExceededException",
                f"{len(wanted)} repository names were given; at most {MAXIMUM_NAMES} are allowed",
            )
        found, missing, errors = [], [], []
        for name in wanted:
            names.repository_name({"repositoryName": name})
            repository = self.hosting.hosted.get(name)
            if repository is not None:
                found.append(repository.describe())
                continue
            missing.append(name)
            error = exceptions.repository_does_not_exist(name)
            errors.append(
                {
                    "repositoryName": name,
                    "errorCode": error.aws_code,
                    "errorMessage": error.message,
                }
            )
        return ActionResult(
            {"repositories": found, "repositoriesNotFound": missing, "errors": errors}
        )

    def list_repositories(self) -> ActionResult:
        request = self.request_members
        # Assumed: by name, ascending, when the request does not say.
        sort_by = request.get("sortBy") or "repositoryName"
        order = request.get("order") or "ascending"
        if sort_by not in SORT_BY:
            raise AwsError("InvalidSortByException", f"sortBy {sort_by}: allowed {SORT_BY}")
        if order not in ORDER:
            raise AwsError("InvalidOrderException", f"order {order}: allowed {ORDER}")
        found = sorted(
            self.hosting.hosted.values(),
            key=lambda each: each.name if sort_by == "repositoryName" else each.modified,
            reverse=order == "descending",
        )
        items, token = page(found, request.get("nextToken"), PAGE)
        listed = [{"repositoryName": each.name, "repositoryId": each.id} for each in items]
        return ActionResult(without_none({"repositories": listed, "nextToken": token}))

    def delete_repository(self) -> ActionResult:
        gone = self.hosting.remove(names.repository_name(self.request_members))
        return ActionResult(without_none({"repositoryId": gone}))

    def update_repository_name(self) -> EmptyResult:
        request = self.request_members
        old = names.repository_name(request, "oldName")
        self.hosting.rename(old, names.repository_name(request, "newName"))
        return EmptyResult()

    def update_repository_description(self) -> EmptyResult:
        repository = self.repository
        repository.description = names.description(
            self.request_members.get("repositoryDescription")
        )
        repository.touch()
        return EmptyResult()

    def update_default_branch(self) -> EmptyResult:
        repository = self.repository
        branch = names.branch_name(self.request_members, "defaultBranchName")
        if references.read(repository.directory, BRANCHES + branch) is None:
            raise exceptions.branch_does_not_exist(branch)
        repository.set_default_branch(branch)
        return EmptyResult()

    def update_repository_encryption_key(self) -> ActionResult:
        repository = self.repository
        key = names.required(self.request_members, "kmsKeyId", "EncryptionKeyRequiredException")
        before = repository.kms_key_arn
        repository.kms_key_arn = encryption_keys.arn_of(
            repository.account_id, repository.region, key
        )
        repository.touch()
        answer = {
            "repositoryId": repository.id,
            "kmsKeyId": repository.kms_key_arn,
            "originalKmsKeyId": before,
        }
        return ActionResult(without_none(answer))
