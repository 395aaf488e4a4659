"""An approver's change of a baseline: whether it may be made, made, and written down everywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines._utils import CommandError
from pipelines.checks.registry import PLACES
from pipelines.versions import baseline_file
from pipelines.versions.adjustment import Change, changes, require_valid
from pipelines.versions.aws import Aws, asking
from pipelines.versions.baseline_file import BaselineFile
from pipelines.versions.check_facts import ADJUSTED
from pipelines.versions.version import Version, others

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html: 256 characters of
# letters, numbers, separators and _.:/=+-@, fifty entries.
MAX_VALUE = 256
MAX_ENTRIES = 50
_NOT_ALLOWED = re.compile(r"[^\w .:/=+\-@]")


@dataclass(frozen=True)
class Permission:
    """What the approver insists on."""

    force: bool = False
    shared: bool = False


def require_permitted(
    aws: Aws, version: Version, file: BaselineFile, permission: Permission
) -> None:
    """Refuse, with CommandError, a change that would reach further than the approver may know."""
    place = PLACES[file.check]
    source = version.source("DriftCheckBaselines", place.member, place.constraints)
    if source.get("ContentDigest"):
        raise CommandError(
            f"{version.name} registered the digest of {file.uri}: its content cannot change"
        )
    if version.approval_status == "Approved" and not permission.force:
        raise CommandError(
            f"{version.name} is approved: the checks of the next run and the monitors compare with "
            "this baseline already, and whoever approved it saw another one; give --force to "
            "change it nevertheless"
        )
    sharing = [str(other.number) for other in others(aws, version) if file.uri in other.files()]
    if sharing and not permission.shared:
        versions = f"version{'s' if len(sharing) > 1 else ''} {', '.join(sharing)}"
        raise CommandError(
            f"{file.uri} is also a file of {versions} of {version.group} (the baseline was carried "
            "over): a change would change them too; give --shared to do so"
        )
    _require_room(version, f"{ADJUSTED}{file.check}")


def adjust(
    aws: Aws,
    version: Version,
    file: BaselineFile,
    content: Mapping[str, Any],
    reason: str,
    when: datetime,
) -> tuple[list[Change], str]:
    """Write the new content, its log and the version's metadata; what changed, and what is kept.

    Raises CommandError for a content that is no baseline, or that changes nothing.
    """
    require_valid(file.check, content)
    made = changes(file.content, content)
    if not made:
        raise CommandError(f"nothing would change: {file.uri} has these values already")
    with asking("who is changing the baseline is not known"):
        who = str(aws.sts.get_caller_identity()["Arn"])
    kept = baseline_file.replace(aws, file, content, when)
    moment = f"{when:%Y-%m-%dT%H:%M:%SZ}"
    entry = {
        "when": moment,
        "who": who,
        "why": reason,
        "version": version.arn,
        "check": file.check,
        "changes": [{"path": each.path, "from": each.before, "to": each.after} for each in made],
        "previous": kept,
    }
    baseline_file.append_log(aws, file, entry)
    with asking(f"{file.uri} is changed and logged, but not noted in the version's metadata"):
        aws.sagemaker.update_model_package(
            ModelPackageArn=version.arn,
            CustomerMetadataProperties={
                f"{ADJUSTED}{file.check}": metadata_value(f"{moment} {who}: {reason}")
            },
        )
    return made, kept


def metadata_value(text: str) -> str:
    """A text as the API takes it: without the characters that it refuses, cut to its length."""
    plain = " ".join(_NOT_ALLOWED.sub(" ", text).split())
    return plain if len(plain) <= MAX_VALUE else plain[: MAX_VALUE - 3].rstrip() + "..."


def _require_room(version: Version, key: str) -> None:
    if key not in version.metadata and len(version.metadata) >= MAX_ENTRIES:
        raise CommandError(
            f"{version.name} has {MAX_ENTRIES} CustomerMetadataProperties, the most there can be, "
            "so the change could not be noted; remove one first"
        )
