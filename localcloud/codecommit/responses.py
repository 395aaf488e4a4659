"""The CodeCommit API: moto's dispatcher, with the operations in one file for each noun.

An operation that none of them has is refused by name.
https://docs.aws.amazon.com/codecommit/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from collections.abc import Mapping

from localcloud.codecommit.branch_operations import BranchOperations
from localcloud.codecommit.commit_operations import CommitOperations
from localcloud.codecommit.content_operations import ContentOperations
from localcloud.codecommit.repository_operations import RepositoryOperations
from localcloud.codecommit.tag_operations import TagOperations


class CodeCommitResponse(
    RepositoryOperations, BranchOperations, CommitOperations, ContentOperations, TagOperations
):
    """Parses a request, calls the backend, answers."""

    # Every operation that is served is ours.
    MOTO_OPERATIONS: Mapping[str, tuple[str, ...]] = {}
