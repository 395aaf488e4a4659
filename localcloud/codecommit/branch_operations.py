"""The operations on branches.

https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetBranch.html and its siblings
"""

from __future__ import annotations

from moto.core.responses import ActionResult, EmptyResult

from localcloud.codecommit import commits, exceptions, names, references
from localcloud.codecommit.git_command import GitError
from localcloud.codecommit.operations import Operations, page, without_none
from localcloud.codecommit.references import BRANCHES, ReferenceChange
from localcloud.errors import AwsError

PAGE = 100


class BranchOperations(Operations):
    """GetBranch, ListBranches, CreateBranch, DeleteBranch."""

    def get_branch(self) -> ActionResult:
        repository = self.repository
        name = names.branch_name(self.request_members)
        commit_id = references.read(repository.directory, BRANCHES + name)
        if commit_id is None:
            raise exceptions.branch_does_not_exist(name)
        return ActionResult({"branch": {"branchName": name, "commitId": commit_id}})

    def list_branches(self) -> ActionResult:
        found = references.branches(self.repository.directory)
        items, token = page(found, self.request_members.get("nextToken"), PAGE)
        return ActionResult(without_none({"branches": items, "nextToken": token}))

    def create_branch(self) -> EmptyResult:
        repository, request = self.repository, self.request_members
        name = names.branch_name(request)
        commit_id = names.object_id(
            names.required(request, "commitId", "CommitIdRequiredException"),
            "InvalidCommitIdException",
        )
        if not commits.exists(repository.directory, commit_id):
            raise exceptions.commit_does_not_exist(commit_id)
        change = ReferenceChange(BRANCHES + name, None, commit_id)
        try:
            repository.change_reference(change, self.caller_arn)
        except GitError as error:
            if references.read(repository.directory, change.name) is not None:
                raise AwsError(
                    "BranchNameExistsException", f"A branch named {name} already exists"
                ) from error
            # `a` where there is `a/b`: git cannot have both.
            raise AwsError("InvalidBranchNameException", str(error)) from error
        return EmptyResult()

    def delete_branch(self) -> ActionResult:
        repository = self.repository
        name = names.branch_name(self.request_members)
        with repository.lock:
            if name == repository.default_branch:
                raise AwsError(
                    "DefaultBranchCannotBeDeletedException",
                    f"Branch {name} is the default branch of the repository and cannot be deleted",
                )
            # A push may move it between the two steps: then what it is now is deleted.
            while (commit_id := references.read(repository.directory, BRANCHES + name)) is not None:
                change = ReferenceChange(BRANCHES + name, commit_id, None)
                try:
                    repository.change_reference(change, self.caller_arn)
                except GitError:
                    if references.read(repository.directory, change.name) == commit_id:
                        raise
                    continue
                deleted = {"branchName": name, "commitId": commit_id}
                return ActionResult({"deletedBranch": deleted})
        # No error is listed for a branch that is not there.
        return ActionResult({})
