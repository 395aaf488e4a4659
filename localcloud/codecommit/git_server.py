"""The git remote: smart HTTP over the repositories' bare directories.

Paths are CodeCommit's, `/v1/repos/<name>`; the protocol is git's
(https://git-scm.com/docs/http-protocol), versions 0 to 2. A user name that is an access key of IAM's
names the caller, who needs `codecommit:GitPull` or `codecommit:GitPush` on the repository
(https://docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html);
with any other user name, or none, it is the person whose machine it is. Passwords are not checked. Known
difference: a URL has no region, so the caller's account comes first, and in it the cloud's own region,
then whichever has a repository of the name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs

from moto.codecommit.models import codecommit_backends

from localcloud.cloud import current
from localcloud.codecommit import caller, git_process, push_report
from localcloud.codecommit.git_command import GitError
from localcloud.codecommit.repository import Repository
from localcloud.errors import AwsError
from localcloud.iam.authorization import gate
from localcloud.iam.authorization.caller import caller_of
from localcloud.processes import TooManyProcesses

PREFIX = "/v1/repos/"
SERVICES = ("git-upload-pack", "git-receive-pack")
NO_CACHE = ("Cache-Control", "no-cache, max-age=0, must-revalidate")

StartResponse = Callable[..., Any]


def is_git_request(environ: dict[str, Any]) -> bool:
    """Whether a request is git's: CodeCommit's remotes are `/v1/repos/<name>`."""
    return str(environ.get("PATH_INFO", "")).startswith(PREFIX)


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """The WSGI application for git's requests."""
    name, _, rest = str(environ["PATH_INFO"]).removeprefix(PREFIX).partition("/")
    repository = find(name, _account(environ))
    if repository is None:
        return _refuse(start_response, "404 Not Found", f"Repository {name} does not exist")
    method = environ["REQUEST_METHOD"]
    if method == "GET" and rest == "info/refs":
        service = parse_qs(environ.get("QUERY_STRING", "")).get("service", [""])[0]
        if service not in SERVICES:
            message = "Only git's smart HTTP protocol is served: a newer git is needed"
            return _refuse(start_response, "403 Forbidden", message)
        answer = _advertise
    elif method == "POST" and rest in SERVICES:
        service, answer = rest, _serve
    else:
        return _refuse(
            start_response, "404 Not Found", f"Nothing is at {method} {environ['PATH_INFO']}"
        )
    try:
        _authorize(environ, repository, service)
        return answer(environ, start_response, repository, service)
    except TooManyProcesses as error:
        return _refuse(start_response, "503 Service Unavailable", error.message)
    except AwsError as error:
        status = "501 Not Implemented" if error.code == 501 else "403 Forbidden"
        return _refuse(start_response, status, error.message)


def _authorize(environ: dict[str, Any], repository: Repository, service: str) -> None:
    key = caller.access_key_of(environ.get("HTTP_AUTHORIZATION")) or ""
    who = caller_of(key, repository.region, current().settings.account_id)
    action = "codecommit:GitPush" if service == "git-receive-pack" else "codecommit:GitPull"
    gate.require(who, action, repository.arn, region=repository.region)


def find(name: str, account: str | None = None) -> Repository | None:
    """The repository of a remote's name, of this account (the cloud's own, unless told) first."""
    settings = current().settings
    account = account or settings.account_id
    home = codecommit_backends[account][settings.region]
    accounts = [account, *list(codecommit_backends)]
    backends = [each for owner in accounts for each in list(codecommit_backends[owner].values())]
    for backend in [home, *backends]:
        repository: Repository | None = backend.hosted.get(name)
        if repository is not None:
            return repository
    return None


def _account(environ: dict[str, Any]) -> str:
    settings = current().settings
    key = caller.access_key_of(environ.get("HTTP_AUTHORIZATION")) or ""
    return caller_of(key, settings.region, settings.account_id).account


def _advertise(
    environ: dict[str, Any], start_response: StartResponse, repository: Repository, service: str
) -> Iterable[bytes]:
    protocol = environ.get("HTTP_GIT_PROTOCOL", "")
    try:
        told = git_process.advertise(repository.directory, service, protocol)
    except GitError as error:
        return _refuse(start_response, "500 Internal Server Error", str(error))
    headers = [
        ("Content-Type", f"application/x-{service}-advertisement"),
        ("Content-Length", str(len(told))),
        NO_CACHE,
    ]
    start_response("200 OK", headers)
    return [told]


def _serve(
    environ: dict[str, Any], start_response: StartResponse, repository: Repository, service: str
) -> Iterable[bytes]:
    variables = {"GIT_PROTOCOL": environ.get("HTTP_GIT_PROTOCOL", "")}
    body = git_process.request_body(environ)
    if service == "git-receive-pack":
        exchange = _push(environ, repository, variables, body)
    else:
        exchange = git_process.Exchange(repository.directory, service, variables, body)
    try:
        exchange.begin()
    except GitError as error:
        return _refuse(start_response, "500 Internal Server Error", str(error))
    start_response("200 OK", [("Content-Type", f"application/x-{service}-result"), NO_CACHE])
    return exchange


def _push(
    environ: dict[str, Any],
    repository: Repository,
    variables: dict[str, str],
    body: Iterator[bytes],
) -> git_process.Exchange:
    report = push_report.new_report()
    key = caller.access_key_of(environ.get("HTTP_AUTHORIZATION"))
    arn = caller.arn_of(repository.account_id, repository.region, key)

    def tell() -> None:
        repository.tell(push_report.read_and_remove(report), arn)

    variables = {**variables, push_report.VARIABLE: str(report)}
    return git_process.Push(repository.directory, "git-receive-pack", variables, body, tell)


def _refuse(start_response: StartResponse, status: str, message: str) -> list[bytes]:
    # git shows a plain text answer to its user, line by line, after `remote: `.
    content = f"{message}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(content))),
        NO_CACHE,
    ]
    start_response(status, headers)
    return [content]
