"""The CodeCommit backend: repositories that are bare git directories, in place of moto's records."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from moto.codecommit.models import CodeCommitBackend as MotoBackend

from localcloud.cloud import current
from localcloud.codecommit import encryption_keys, exceptions
from localcloud.codecommit.repository import Repository


class CodeCommitBackend(MotoBackend):
    """State of CodeCommit in one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.repositories: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._cloud = current()

    @property
    def hosted(self) -> dict[str, Repository]:
        """The repositories by name. moto's backends outlive a cloud of this process, files do not."""
        if self._cloud is not current():
            self._cloud = current()
            self.repositories = {}
        return self.repositories

    def repository(self, name: str) -> Repository:
        """A repository by its name; RepositoryDoesNotExistException."""
        found = self.hosted.get(name)
        if found is None:
            raise exceptions.repository_does_not_exist(name)
        return found

    def repository_directory(self, name: str) -> Path:
        """The bare git directory of a repository; RepositoryDoesNotExistException."""
        return self.repository(name).directory

    def make(
        self,
        name: str,
        description: str | None = None,
        tags: dict[str, str] | None = None,
        kms_key_id: str | None = None,
    ) -> Repository:
        """CreateRepository, of checked members."""
        kms_key_arn = encryption_keys.arn_of(self.account_id, self.region_name, kms_key_id)
        with self._lock:
            if name in self.hosted:
                raise exceptions.repository_name_exists(name)
            made = Repository(self.account_id, self.region_name, name)
            made.description = description
            made.kms_key_arn = kms_key_arn
            made.tags = dict(tags or {})
            self.hosted[name] = made
        current().changes.announce()
        return made

    def rename(self, old: str, new: str) -> None:
        """UpdateRepositoryName: the id and the content stay."""
        with self._lock:
            repository = self.repository(old)
            if new == old:
                return
            if new in self.hosted:
                raise exceptions.repository_name_exists(new)
            with repository.lock:
                repository.name = new
                self.hosted[new] = self.hosted.pop(old)
                repository.touch()

    def remove(self, name: str) -> str | None:
        """DeleteRepository: the id of what was deleted, None if there was nothing."""
        with self._lock:
            gone = self.hosted.pop(name, None)
        if gone is None:
            return None
        gone.remove()
        return gone.id
