"""Fetching a build's sources: a zip in S3, or a repository of CodeCommit.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html. A source version of
an S3 source is the object's version; where a pipeline started the build it is the pipeline's own name
for the revision (the object is the pipeline's artifact, and never changes).
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud import clients, safe_archive
from localcloud.cloud import current
from localcloud.codebuild.build import Build
from localcloud.codebuild.errors import PhaseFailed

CLIENT_ERROR = "CLIENT_ERROR"
PIPELINE = "codepipeline/"


def fetch(
    build: Build,
    source: Mapping[str, Any],
    version: str | None,
    directory: Path,
    credentials: clients.Credentials,
    environment: Mapping[str, str],
) -> str | None:
    """Put a source into a directory; the version that it was resolved to, if it has one."""
    if source["type"] == "S3":
        return _fetch_s3(build, str(source["location"]), version, directory, credentials)
    if source["type"] == "CODECOMMIT":
        variables = {
            **environment,
            **credentials.environment(),
            "AWS_DEFAULT_REGION": build.region,
        }
        return _clone(source, version, directory, variables)
    return None


def _fetch_s3(
    build: Build,
    location: str,
    version: str | None,
    directory: Path,
    credentials: clients.Credentials,
) -> str | None:
    bucket, _, key = location.removeprefix("arn:aws:s3:::").partition("/")
    by_pipeline = build.initiator.startswith(PIPELINE)
    if key.endswith("/"):
        raise PhaseFailed(
            CLIENT_ERROR,
            f"unsupported by the local cloud: S3 source {location!r}; supported: a zip file",
        )
    request = {"Bucket": bucket, "Key": key}
    if version and not by_pipeline:
        request["VersionId"] = version
    s3 = clients.client("s3", build.region, credentials)
    try:
        answer = s3.get_object(**request)
        content = answer["Body"].read()
    except (ClientError, BotoCoreError) as error:
        raise PhaseFailed(
            CLIENT_ERROR, f"{_told(error)} for primary source and source version {location}"
        ) from error
    try:
        safe_archive.unzip(content, directory)
    except safe_archive.BadArchive as error:
        raise PhaseFailed(
            CLIENT_ERROR, f"{location}: zip: not a valid zip file: {error}"
        ) from error
    if by_pipeline:
        return version
    found = answer.get("VersionId")
    return None if found in (None, "null") else str(found)


def clone_url(location: str) -> str:
    """Where this cloud serves a repository that AWS would serve at `location`.

    Raises PhaseFailed for any other place: this machine's folders, for one.
    """
    _, found, path = location.partition("/v1/repos/")
    if not found:
        raise PhaseFailed(
            "GIT_CLONE_FAILED",
            f"unsupported by the local cloud: source location {location!r}; supported: a "
            "repository of CodeCommit (https://…/v1/repos/<name>)",
        )
    return f"{current().settings.endpoint_url}/v1/repos/{path}"


def _clone(
    source: Mapping[str, Any], version: str | None, directory: Path, environment: Mapping[str, str]
) -> str:
    def git(*arguments: str) -> str:
        ran = subprocess.run(
            ["git", *arguments],
            cwd=directory,
            env={**environment, "GIT_TERMINAL_PROMPT": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise PhaseFailed(
                "GIT_CLONE_FAILED", ran.stderr.strip() or f"git {arguments[0]} failed"
            )
        return ran.stdout.strip()

    helper = "credential.helper=!aws codecommit credential-helper --ignore-host-check $@"
    own = ("-c", helper, "-c", "credential.UseHttpPath=true")
    git(*own, "clone", "--quiet", clone_url(str(source["location"])), ".")
    if version:
        name = version.removeprefix("refs/heads/")
        if name.startswith("-"):
            raise PhaseFailed("GIT_CLONE_FAILED", f"the source version {name!r} is not valid")
        git("checkout", "--quiet", name)
    return git("rev-parse", "HEAD")


def _told(error: Exception) -> str:
    if isinstance(error, ClientError):
        detail = error.response.get("Error", {})
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return f"{detail.get('Code')}: {detail.get('Message')} status code: {status}"
    return str(error)
