"""What the operations of every noun need: the request, the repository, the caller, paging."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any, TypeVar

from moto.codecommit.models import codecommit_backends
from moto.codecommit.responses import CodeCommitResponse as MotoResponse

from localcloud.codecommit import caller, names
from localcloud.codecommit.models import CodeCommitBackend
from localcloud.codecommit.repository import Repository
from localcloud.errors import AwsError

Item = TypeVar("Item")


class Operations(MotoResponse):
    """Base of the response class's parts."""

    @property
    def request_members(self) -> dict[str, Any]:
        """The request's members, as they were sent."""
        members: dict[str, Any] = json.loads(self.body or "{}")
        return members

    @property
    def hosting(self) -> CodeCommitBackend:
        """The backend of the caller's account and region."""
        backend: Any = codecommit_backends[self.current_account][self.region]
        assert isinstance(backend, CodeCommitBackend)
        return backend

    @property
    def repository(self) -> Repository:
        """The repository that the request names; RepositoryDoesNotExistException."""
        return self.hosting.repository(names.repository_name(self.request_members))

    @property
    def caller_arn(self) -> str:
        """Who signed the request."""
        return caller.arn_of(self.current_account, self.region, self.get_access_key())


def page(items: Sequence[Item], token: str | None, size: int) -> tuple[list[Item], str | None]:
    """One page, and the token of the next; InvalidContinuationTokenException."""
    start = 0
    if token:
        try:
            start = int(base64.urlsafe_b64decode(token))
        except ValueError as error:
            raise AwsError(
                "InvalidContinuationTokenException", "The continuation token is not valid"
            ) from error
    end = start + size
    following = base64.urlsafe_b64encode(str(end).encode()).decode() if end < len(items) else None
    return list(items[start:end]), following


def without_none(members: dict[str, Any]) -> dict[str, Any]:
    """An answer without the members that have no value."""
    return {name: value for name, value in members.items() if value is not None}
