"""A commit made through the API, on the tip of a branch.

https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateCommit.html. The branch must be where
the request says its parent is; in an empty repository the branch is made. Assumed: an author who is
not named is the last part of the caller's ARN, and a missing message is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.codecommit import commits, exceptions, names, references
from localcloud.codecommit.commits import Person
from localcloud.codecommit.git_command import GitError
from localcloud.codecommit.references import BRANCHES, TAGS, ReferenceChange
from localcloud.codecommit.repository import Repository
from localcloud.errors import AwsError

# Assumed: the text limits, which the pages tell only as "longer than allowed".
MAXIMUM_NAME = 256
MAXIMUM_MESSAGE = 256 * 1024


@dataclass(frozen=True)
class Writing:
    """Where and by whom a commit is made, checked."""

    repository: Repository
    branch: str
    parent: str | None
    person: Person
    message: str
    caller_arn: str

    @classmethod
    def of(
        cls, repository: Repository, request: Mapping[str, Any], name: str, caller_arn: str
    ) -> Writing:
        """Of a request; `name` is its member for the author's name."""
        branch = names.branch_name(request)
        parent = _parent(repository, branch, request.get("parentCommitId"))
        author = request.get(name) or caller_arn.rpartition("/")[2].rpartition(":")[2]
        email = request.get("email") or ""
        message = request.get("commitMessage") or ""
        if max(len(author), len(email)) > MAXIMUM_NAME:
            raise AwsError("NameLengthExceededException", "The author's name or email is too long")
        if len(message.encode()) > MAXIMUM_MESSAGE:
            raise AwsError("CommitMessageLengthExceededException", "The commit message is too long")
        if any(sign in email for sign in "<>\n"):
            raise AwsError("InvalidEmailException", f"The email address {email} is not valid")
        return cls(repository, branch, parent, Person(author, email), message, caller_arn)

    def commit(self, tree_id: str) -> str:
        """Make the commit and move the branch; ParentCommitIdOutdatedException."""
        parents = [self.parent] if self.parent else []
        directory = self.repository.directory
        commit_id = commits.make(directory, tree_id, parents, self.person, self.message)
        change = ReferenceChange(BRANCHES + self.branch, self.parent, commit_id)
        try:
            self.repository.change_reference(change, self.caller_arn)
        except GitError as error:
            raise _outdated(self.branch) from error
        return commit_id


def _parent(repository: Repository, branch: str, given: str | None) -> str | None:
    directory = repository.directory
    tip = references.read(directory, BRANCHES + branch)
    if tip is None:
        if references.read(directory, TAGS + branch) is not None:
            raise AwsError("BranchNameIsTagNameException", f"{branch} is the name of a tag")
        if references.branches(directory):
            raise exceptions.branch_does_not_exist(branch)
    if given:
        names.object_id(given, "InvalidParentCommitIdException")
        if not commits.exists(directory, given):
            raise AwsError(
                "ParentCommitDoesNotExistException", f"Parent commit {given} does not exist"
            )
        if given != tip:
            raise _outdated(branch)
    elif tip is not None:
        raise AwsError(
            "ParentCommitIdRequiredException", f"parentCommitId is required: {branch} has commits"
        )
    return tip


def _outdated(branch: str) -> AwsError:
    return AwsError(
        "ParentCommitIdOutdatedException",
        f"The parent commit ID is outdated: it is not the tip of branch {branch}",
    )
