"""The deployment manifest: which model package version is to be live.

`request_deployment` writes it, as `manifest.json` in a zip file, because CodePipeline's S3 source
hands a zip file to later actions
(https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html);
`deploy_endpoint` and `smoke_test` read it. It names one model package ARN, never "the latest".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

MEMBER = "manifest.json"
SCHEMA_VERSION = "1"
MAX_BYTES = 1_000_000
# The earliest time that a zip file can hold: the same manifest is the same bytes, whenever written.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


class ManifestError(ValueError):
    """The bytes are not a manifest that this version reads; the text says why."""


@dataclass(frozen=True)
class Manifest:
    """One request to make a version live."""

    model_package_group_name: str
    model_package_arn: str
    model_package_version: int
    requested_at: str
    """ISO 8601, UTC, ending in Z."""
    reason: str = "approved"
    approved_by: str | None = None
    previous_model_package_arn: str | None = None

    def to_json(self) -> str:
        """The manifest as its file holds it."""
        members = {
            "schemaVersion": SCHEMA_VERSION,
            "modelPackageGroupName": self.model_package_group_name,
            "modelPackageArn": self.model_package_arn,
            "modelPackageVersion": self.model_package_version,
            "reason": self.reason,
            "requestedAt": self.requested_at,
            "approvedBy": self.approved_by,
            "previousModelPackageArn": self.previous_model_package_arn,
        }
        return json.dumps(members, indent=2) + "\n"


def parse_manifest(text: str) -> Manifest:
    """The manifest in this JSON. Raises ManifestError."""
    try:
        members = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ManifestError(f"{MEMBER} is not JSON: {error}") from error
    if not isinstance(members, dict):
        raise ManifestError(f"{MEMBER} is not a JSON object")
    if members.get("schemaVersion") != SCHEMA_VERSION:
        given = members.get("schemaVersion")
        raise ManifestError(
            f"{MEMBER} has schemaVersion {given!r}; this version reads {SCHEMA_VERSION!r}"
        )
    return Manifest(
        model_package_group_name=_text(members, "modelPackageGroupName"),
        model_package_arn=_text(members, "modelPackageArn"),
        model_package_version=_version(members),
        requested_at=_text(members, "requestedAt"),
        reason=_text(members, "reason"),
        approved_by=_optional_text(members, "approvedBy"),
        previous_model_package_arn=_optional_text(members, "previousModelPackageArn"),
    )


def zip_manifest(manifest: Manifest) -> bytes:
    """The manifest's zip file: equal manifests give equal bytes."""
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo(MEMBER, date_time=ZIP_TIME)
        entry.external_attr = 0o644 << 16  # else it unpacks as a file that nobody may read
        entry.create_system = 3  # whatever system writes it
        archive.writestr(entry, manifest.to_json(), compress_type=zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unzip_manifest(content: bytes) -> Manifest:
    """The manifest in this zip file. Raises ManifestError."""
    import io
    import zipfile
    import zlib

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if MEMBER not in archive.namelist():
                held = ", ".join(archive.namelist()[:10]) or "nothing"
                raise ManifestError(f"zip file holds no {MEMBER}; it holds {held}")
            if archive.getinfo(MEMBER).file_size > MAX_BYTES:
                raise ManifestError(f"{MEMBER} is larger than {MAX_BYTES} bytes")
            text = archive.read(MEMBER).decode("utf-8")
    except ManifestError:
        raise
    # What zipfile raises for bytes that are damaged, encrypted or compressed in another way.
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise ManifestError(f"not a readable zip file: {error}") from error
    return parse_manifest(text)


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not value:
        raise ManifestError(f"{MEMBER}: {name} must be a string, not {value!r}")
    return value


def _optional_text(members: dict[str, Any], name: str) -> str | None:
    return None if members.get(name) is None else _text(members, name)


def _version(members: dict[str, Any]) -> int:
    value = members.get("modelPackageVersion")
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ManifestError(f"{MEMBER}: modelPackageVersion must be 1 or more, not {value!r}")
    return value
