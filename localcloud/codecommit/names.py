"""Checking what a request names: repositories, branches, commits, paths.

Limits: https://docs.aws.amazon.com/codecommit/latest/userguide/limits.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from localcloud.codecommit import references
from localcloud.codecommit.references import BRANCHES
from localcloud.errors import AwsError

REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}")
OBJECT_ID = re.compile(r"[0-9a-f]{40}")
MAXIMUM_DESCRIPTION = 1000
MAXIMUM_BRANCH = 256


def required(request: Mapping[str, Any], member: str, code: str) -> Any:
    """A member that must be there and not empty; AwsError `code` otherwise."""
    value = request.get(member)
    if not value:
        raise AwsError(code, f"{member} is required")
    return value


def repository_name(request: Mapping[str, Any], member: str = "repositoryName") -> str:
    """A repository's name, checked."""
    name = str(required(request, member, "RepositoryNameRequiredException"))
    if not REPOSITORY.fullmatch(name) or name.endswith(".git"):
        # Text: moto.
        raise AwsError(
            "InvalidRepositoryNameException",
            "The repository name is not valid. Repository names can be any valid combination of "
            "letters, numbers, periods, underscores, and dashes between 1 and 100 characters in "
            "length. Names are case sensitive. For more information, see Limits in the AWS "
            "CodeCommit User Guide. ",
        )
    return name


def description(text: str | None) -> str | None:
    """A repository's description, checked; None if there is none."""
    if text and len(text) > MAXIMUM_DESCRIPTION:
        raise AwsError(
            "InvalidRepositoryDescriptionException",
            f"The repository description has {len(text)} characters; at most "
            f"{MAXIMUM_DESCRIPTION} are allowed",
        )
    return text or None


def branch_name(request: Mapping[str, Any], member: str = "branchName") -> str:
    """A branch's name, checked."""
    name = str(required(request, member, "BranchNameRequiredException"))
    if len(name) > MAXIMUM_BRANCH or not references.is_name(BRANCHES + name):
        raise AwsError("InvalidBranchNameException", f"The branch name {name} is not valid")
    return name


def object_id(value: str, code: str) -> str:
    """A full object id (40 hexadecimal digits); AwsError `code` otherwise."""
    if not OBJECT_ID.fullmatch(value):
        raise AwsError(code, f"{value} is not a full commit ID (40 hexadecimal digits)")
    return value


def path(text: str, *, is_folder: bool = False) -> str:
    """A path in a repository as git has it: no slash around it; InvalidPathException."""
    bare = text.strip("/")
    parts = bare.split("/") if bare else []
    if any(part in ("", ".", "..") or part.lower() == ".git" for part in parts) or "\0" in bare:
        raise AwsError("InvalidPathException", f"The path {text} is not valid")
    if not parts and not is_folder:
        raise AwsError("InvalidPathException", f"The path {text} is not the path of a file")
    return bare
