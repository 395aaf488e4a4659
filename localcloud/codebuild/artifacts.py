"""Uploading a build's artifacts, as the build's role.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectArtifacts.html: a zip, or the
files themselves, at `path/namespace/name`. Objects are encrypted with the project's key; Amazon S3's
own key is left to the bucket's default.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud import clients
from localcloud.codebuild.artifact_files import collect
from localcloud.codebuild.build import Build
from localcloud.codebuild.buildspec import ArtifactSpec
from localcloud.codebuild.errors import PhaseFailed

CLIENT_ERROR = "CLIENT_ERROR"


def upload(
    build: Build,
    destination: Mapping[str, Any],
    spec: ArtifactSpec | None,
    root: Path,
    within: Path,
    credentials: clients.Credentials,
    expand: Callable[[str], str],
    log: Callable[[str], None],
) -> None:
    """Upload one artifact; raises PhaseFailed. `expand` evaluates a name as the build's shell.

    What a path or a link leads to outside of the build's directory, `within`, is left out: on AWS it
    would be the container's own, here it is the person's.
    """
    if destination["type"] == "NO_ARTIFACTS":
        return
    if spec is None:
        raise PhaseFailed(CLIENT_ERROR, "no matching artifact paths found")
    log(f"Expanding base directory path: {spec.base_directory or '.'}")
    log("Assembling file list")
    files, outside = collect(spec, root, within)
    for path in outside:
        log(f"Left out, because it is outside of the build's directory: {path}")
    if not files:
        for pattern in spec.files:
            log(f"Expanding {pattern}")
        raise PhaseFailed(CLIENT_ERROR, "no matching artifact paths found")
    log(f"Found {len(files)} file(s)")
    name = destination.get("name") or build.plan.project_name
    if destination.get("overrideArtifactName") and spec.name:
        name = expand(spec.name)
    bucket = str(destination["location"]).removeprefix("arn:aws:s3:::")
    key = object_key(destination, name, build.uuid)
    s3 = clients.client("s3", build.region, credentials)
    told = {"location": f"arn:{build.partition}:s3:::{bucket}/{key}"}
    try:
        if destination.get("packaging") == "ZIP":
            content = zipped(files)
            s3.put_object(Bucket=bucket, Key=key, Body=content, **_encryption(build, destination))
            told["md5sum"] = hashlib.md5(content, usedforsecurity=False).hexdigest()
            told["sha256sum"] = hashlib.sha256(content).hexdigest()
        else:
            for path, file in files.items():
                s3.put_object(
                    Bucket=bucket,
                    Key=f"{key}/{path}" if key else path,
                    Body=file.read_bytes(),
                    **_encryption(build, destination),
                )
    except (ClientError, BotoCoreError) as error:
        raise PhaseFailed(CLIENT_ERROR, f"Error in UPLOAD_ARTIFACTS phase: {error}") from error
    build.uploaded[str(destination.get("artifactIdentifier") or "")] = told


def object_key(destination: Mapping[str, Any], name: str, build_uuid: str) -> str:
    """Where an artifact lies in its bucket. Pure."""
    parts = [
        str(destination.get("path") or "").strip("/"),
        build_uuid if destination.get("namespaceType") == "BUILD_ID" else "",
        name.strip("/"),
    ]
    return "/".join(part for part in parts if part)


def zipped(files: Mapping[str, Path]) -> bytes:
    """A zip of files, with their permissions."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for path, file in files.items():
            archive.write(file, path)
    return content.getvalue()


def _encryption(build: Build, destination: Mapping[str, Any]) -> dict[str, str]:
    key = build.plan.encryption_key
    if destination.get("encryptionDisabled") or key.endswith("alias/aws/s3"):
        return {}
    return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
