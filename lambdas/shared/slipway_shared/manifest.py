"""The deployment manifest: which model package version is to be live.

`request_deployment` writes it, as `manifest.json` in a zip file, because CodePipeline's S3 source
hands a zip file to later actions
(https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html);
`deploy_endpoint`, `smoke_test` and `prepare_approval` read it. It names one model package ARN, never
"the latest", and the settings with which each stage serves it. Its published schema is
docs/manifest.schema.json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slipway_shared.members import Kind, MemberError, check_choice, check_members
from slipway_shared.stage_settings import StageSettings
from slipway_shared.stage_settings_json import parse_stage_settings

MEMBER = "manifest.json"
SCHEMA_VERSION = "2"
MAX_BYTES = 1_000_000
# The earliest time that a zip file can hold: the same manifest is the same bytes, whenever written.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)

APPROVED, REJECTED, DELETED = "approved", "rejected", "deleted"
PINNED, UNPINNED, ROLLED_BACK = "pinned", "unpinned", "rolled-back"
SETTINGS_CHANGED = "settings-changed"
REASONS = (APPROVED, REJECTED, DELETED, PINNED, UNPINNED, ROLLED_BACK, SETTINGS_CHANGED)

REQUIRED: dict[str, Kind] = {
    "schemaVersion": str,
    "modelPackageGroupName": str,
    "modelPackageArn": str,
    "modelPackageVersion": int,
    "reason": str,
    "requestedAt": str,
    "prodApproval": dict,
    "stages": dict,
}
OPTIONAL: dict[str, Kind] = {
    "requestedBy": str,
    "note": str,
    "approvedAt": str,
    "approvedBy": str,
    "previousModelPackageArn": str,
}


class ManifestError(ValueError):
    """The bytes are not a manifest that this version reads; the text says why."""


@dataclass(frozen=True)
class Manifest:
    """One request to make a version live, with the settings of each stage. Times are ISO 8601, UTC,
    ending in Z."""

    model_package_group_name: str
    model_package_arn: str
    model_package_version: int
    reason: str
    """One of REASONS."""
    requested_at: str
    stages: Mapping[str, Mapping[str, Any]]
    """Settings by stage, in the order of deployment, as JSON: see `stage`."""
    prod_approval_required: bool = True
    """Whether a person approves before prod is touched."""
    prod_approval_because: str = "every new version waits for a person"
    requested_by: str | None = None
    """Who approved, rejected or pinned, as far as AWS tells."""
    note: str | None = None
    """What that person wrote about it."""
    approved_at: str | None = None
    approved_by: str | None = None
    previous_model_package_arn: str | None = None
    """What the manifest before this one named."""

    def stage(self, name: str) -> StageSettings:
        """The settings of a stage. Raises ManifestError when there are none, or bad ones."""
        if name not in self.stages:
            known = ", ".join(self.stages) or "none"
            raise ManifestError(f"{MEMBER} has no stage {name!r}; it has {known}")
        try:
            return parse_stage_settings(f"{MEMBER}: stages.{name}", name, self.stages[name])
        except MemberError as error:
            raise ManifestError(str(error)) from error

    def to_json(self) -> str:
        """The manifest as its file holds it."""
        members = {
            "schemaVersion": SCHEMA_VERSION,
            "modelPackageGroupName": self.model_package_group_name,
            "modelPackageArn": self.model_package_arn,
            "modelPackageVersion": self.model_package_version,
            "reason": self.reason,
            "requestedAt": self.requested_at,
            "requestedBy": self.requested_by,
            "note": self.note,
            "approvedAt": self.approved_at,
            "approvedBy": self.approved_by,
            "previousModelPackageArn": self.previous_model_package_arn,
            "prodApproval": {
                "required": self.prod_approval_required,
                "because": self.prod_approval_because,
            },
            "stages": self.stages,
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
    try:
        manifest = _read(members)
    except MemberError as error:
        raise ManifestError(str(error)) from error
    for stage in manifest.stages:
        manifest.stage(stage)
    return manifest


def _read(members: Mapping[str, Any]) -> Manifest:
    check_members(MEMBER, members, {**REQUIRED, **OPTIONAL}, REQUIRED)
    check_choice(MEMBER, "reason", members["reason"], REASONS)
    version, approval = members["modelPackageVersion"], members["prodApproval"]
    if version < 1:
        raise MemberError(f"{MEMBER}: 'modelPackageVersion' must be 1 or more, not {version!r}")
    known: dict[str, Kind] = {"required": bool, "because": str}
    check_members(f"{MEMBER}: prodApproval", approval, known, known)
    stages = members["stages"]
    if not stages or not all(isinstance(settings, dict) for settings in stages.values()):
        raise MemberError(f"{MEMBER}: 'stages' must have an object for each stage")
    return Manifest(
        model_package_group_name=members["modelPackageGroupName"],
        model_package_arn=members["modelPackageArn"],
        model_package_version=version,
        reason=members["reason"],
        requested_at=members["requestedAt"],
        stages=stages,
        prod_approval_required=approval["required"],
        prod_approval_because=approval["because"],
        requested_by=members.get("requestedBy"),
        note=members.get("note"),
        approved_at=members.get("approvedAt"),
        approved_by=members.get("approvedBy"),
        previous_model_package_arn=members.get("previousModelPackageArn"),
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
