"""CodeCommit's errors that more than one operation raises.

Codes: https://docs.aws.amazon.com/codecommit/latest/APIReference/CommonErrors.html and each operation's
page. Texts are moto's where it has them; the others are worded here (AWS's text not found), save where
one is marked as observed.
"""

from __future__ import annotations

from localcloud.errors import AwsError


def repository_does_not_exist(name: str) -> AwsError:
    """No repository has the name (text: moto)."""
    return AwsError("RepositoryDoesNotExistException", f"{name} does not exist")


def repository_name_exists(name: str) -> AwsError:
    """Another repository has the name (text: moto)."""
    return AwsError("RepositoryNameExistsException", f"Repository named {name} already exists")


def branch_does_not_exist(name: str) -> AwsError:
    """The repository has no such branch."""
    return AwsError("BranchDoesNotExistException", f"Branch {name} does not exist")


def commit_does_not_exist(specifier: str) -> AwsError:
    """A commit specifier names nothing."""
    return AwsError("CommitDoesNotExistException", f"Commit {specifier} does not exist")


def path_not_found(code: str, path: str) -> AwsError:
    """A file, folder or path is not there (text observed for FileDoesNotExistException)."""
    return AwsError(code, f"Could not find path {path}")
