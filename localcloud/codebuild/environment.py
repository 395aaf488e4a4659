"""The environment variables of a build.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html. Nothing of the
server's own environment is seen in a build but its PATH (without the server's virtual environment),
its language, and what a package index needs: `UV_*`, `PIP_*`, certificates, proxies, `NETRC`.
Differences: the credentials are variables, on AWS they come from the container's address; `HOME` is
the build's own, on AWS `/root`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from localcloud import clients
from localcloud.cloud import current
from localcloud.codebuild.build import Build

PASSED = frozenset(
    {
        "ALL_PROXY",
        "CURL_CA_BUNDLE",
        "GIT_SSL_CAINFO",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "LANG",
        "LC_ALL",
        "NETRC",
        "NO_PROXY",
        "REQUESTS_CA_BUNDLE",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "TZ",
        "all_proxy",
        "http_proxy",
        "https_proxy",
        "no_proxy",
    }
)
PASSED_PREFIXES = ("PIP_", "UV_")
# What the server's user has configured for package indexes, read from their own home directory.
USER_FILES = {
    "UV_CONFIG_FILE": (".config/uv/uv.toml",),
    "PIP_CONFIG_FILE": (".config/pip/pip.conf", ".pip/pip.conf"),
    "NETRC": (".netrc",),
}


def build_variables(
    build: Build, credentials: clients.Credentials, directories: Mapping[str, Path], log_path: str
) -> dict[str, str]:
    """What CodeBuild sets; `directories` are the sources', the primary under `""`."""
    settings = current().settings
    variables = {
        **credentials.environment(),
        "AWS_DEFAULT_REGION": build.region,
        "AWS_ENDPOINT_URL": settings.endpoint_url,
        "AWS_REGION": build.region,
        "CI": "true",
        "CODEBUILD_BUILD_ARN": build.arn,
        "CODEBUILD_BUILD_ID": build.id,
        "CODEBUILD_BUILD_IMAGE": str(build.plan.environment["image"]),
        "CODEBUILD_BUILD_NUMBER": str(build.number),
        "CODEBUILD_BUILD_SUCCEEDING": "1",
        "CODEBUILD_CI": "true",
        "CODEBUILD_INITIATOR": build.initiator,
        "CODEBUILD_KMS_KEY_ID": build.plan.encryption_key,
        "CODEBUILD_LOG_PATH": log_path,
        "CODEBUILD_PROJECT_ARN": build.arn.replace(":build/", ":project/").rpartition(":")[0],
        "CODEBUILD_SOURCE_REPO_URL": _repository_url(build),
        "CODEBUILD_SOURCE_VERSION": _source_version(build),
        "CODEBUILD_START_TIME": str(int(build.started.timestamp() * 1000)),
    }
    if build.resolved_source_version:
        variables["CODEBUILD_RESOLVED_SOURCE_VERSION"] = build.resolved_source_version
    for identifier, directory in directories.items():
        suffix = f"_{identifier}" if identifier else ""
        variables[f"CODEBUILD_SRC_DIR{suffix}"] = str(directory)
    return variables


def system_variables(home: Path, temporary: Path, tools: Path) -> dict[str, str]:
    """What the machine gives; `tools` is a directory for programs of the server's own."""
    passed = {
        name: value
        for name, value in os.environ.items()
        if name in PASSED or name.startswith(PASSED_PREFIXES)
    }
    for name, candidates in USER_FILES.items():
        found = next((each for each in candidates if (Path.home() / each).is_file()), None)
        if name not in passed and found:
            passed[name] = str(Path.home() / found)
    path = [
        entry
        for entry in os.environ.get("PATH", os.defpath).split(os.pathsep)
        if entry and Path(entry).resolve() != (Path(sys.prefix) / "bin").resolve()
    ]
    _offer_aws_cli(tools, os.pathsep.join(path))
    return {
        **passed,
        "HOME": str(home),
        "PATH": os.pathsep.join([*path, str(tools)]),
        "TMPDIR": str(temporary),
    }


def _offer_aws_cli(tools: Path, path: str) -> None:
    """Every image of AWS's has the AWS CLI: without one on the PATH, the server's own serves."""
    ours = Path(sys.prefix) / "bin" / "aws"
    if shutil.which("aws", path=path) is None and ours.exists():
        (tools / "aws").symlink_to(ours)


def _repository_url(build: Build) -> str:
    return str(build.plan.source.get("location") or "")


def _source_version(build: Build) -> str:
    source = build.plan.source
    if source["type"] == "S3":
        return f"arn:{build.partition}:s3:::{source['location']}"
    return build.plan.source_version or ""
