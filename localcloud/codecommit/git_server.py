"""The git remote: smart HTTP over the repositories' bare directories."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def is_git_request(environ: dict[str, Any]) -> bool:
    """Whether a request is git's: CodeCommit's remotes are `/v1/repos/<name>`."""
    return str(environ.get("PATH_INFO", "")).startswith("/v1/repos/")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI application for git's requests."""
    raise NotImplementedError
