"""One repository: what CodeCommit knows of it, and the bare git directory that is its content."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from moto.utilities.utils import get_partition

from localcloud.cloud import current
from localcloud.codecommit import push_report, reference_events, references
from localcloud.codecommit.git_command import make_bare
from localcloud.codecommit.references import BRANCHES, ReferenceChange


class Repository:
    """A repository. Its directory is named by its id, so that renaming moves no file."""

    def __init__(self, account_id: str, region: str, name: str) -> None:
        self.account_id = account_id
        self.region = region
        self.name = name
        self.id = str(uuid4())
        self.description: str | None = None
        self.kms_key_arn: str | None = None
        self.tags: dict[str, str] = {}
        self.default_branch: str | None = None
        self.deleted = False
        self.created = self.modified = current().clock.now()
        # Guards the members; a push does not hold it, git itself orders what changes references.
        self.lock = threading.RLock()
        parent = current().directory("codecommit", account_id, region)
        self.directory: Path = parent / f"{self.id}.git"
        make_bare(self.directory, push_report.hooks())

    @property
    def arn(self) -> str:
        """The repository's ARN."""
        partition = get_partition(self.region)
        return f"arn:{partition}:codecommit:{self.region}:{self.account_id}:{self.name}"

    @property
    def clone_url_http(self) -> str:
        """Where git finds it: the cloud's own port."""
        return f"{current().settings.endpoint_url}/v1/repos/{self.name}"

    @property
    def clone_url_ssh(self) -> str:
        """As AWS would say it; nothing answers there."""
        return f"ssh://git-codecommit.{self.region}.amazonaws.com/v1/repos/{self.name}"

    def describe(self) -> dict[str, Any]:
        """RepositoryMetadata."""
        told = {
            "accountId": self.account_id,
            "repositoryId": self.id,
            "repositoryName": self.name,
            "repositoryDescription": self.description,
            "defaultBranch": self.default_branch,
            "lastModifiedDate": self.modified,
            "creationDate": self.created,
            "cloneUrlHttp": self.clone_url_http,
            "cloneUrlSsh": self.clone_url_ssh,
            "Arn": self.arn,
            "kmsKeyId": self.kms_key_arn,
        }
        return {name: value for name, value in told.items() if value is not None}

    def touch(self) -> None:
        """Note that it was modified now, and say so."""
        self.modified = current().clock.now()
        current().changes.announce()

    def change_reference(self, change: ReferenceChange, caller_arn: str) -> None:
        """Move a reference for the API and tell of it; GitError when it is not where it was."""
        references.change(self.directory, change)
        self.tell([change], caller_arn)

    def tell(self, changes: Sequence[ReferenceChange], caller_arn: str) -> None:
        """After references were changed: the default branch, the date, one event for each."""
        with self.lock:
            if self.deleted:
                return
            if changes:
                self._settle_default_branch(changes)
                self.touch()
        for change in changes:
            reference_events.emit(self, change, caller_arn)

    def set_default_branch(self, branch: str) -> None:
        """Make an existing branch the default."""
        with self.lock:
            references.point_head(self.directory, branch)
            self.default_branch = branch
            self.touch()

    def remove(self) -> None:
        """Delete its files."""
        with self.lock:
            self.deleted = True
        # A push that still runs may write while the files go: move them out of its way first.
        gone = self.directory.with_suffix(".deleted")
        if self.directory.is_dir():
            self.directory.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
        current().changes.announce()

    def _settle_default_branch(self, changes: Sequence[ReferenceChange]) -> None:
        # Inferred: the first branch of an empty repository becomes its default.
        if self.default_branch is not None:
            return
        for change in changes:
            if change.new and change.name.startswith(BRANCHES):
                self.set_default_branch(change.name.removeprefix(BRANCHES))
                return
