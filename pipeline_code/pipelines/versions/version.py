"""A version of a model, as the registry describes it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines._utils import CommandError
from pipelines.versions.aws import Aws, asking

LISTED = 20  # of the versions that there are, in an error's text


@dataclass(frozen=True)
class Version:
    """A version of a model package group; `described` is DescribeModelPackage's answer."""

    group: str
    number: int
    arn: str
    described: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What a person calls it."""
        return f"version {self.number} of {self.group}"

    @property
    def approval_status(self) -> str:
        """Approved, Rejected or PendingManualApproval."""
        return str(self.described.get("ModelApprovalStatus", ""))

    @property
    def metadata(self) -> Mapping[str, str]:
        """Its CustomerMetadataProperties."""
        return self.described.get("CustomerMetadataProperties") or {}

    def source(self, owner: str, member: str, name: str) -> Mapping[str, str]:
        """One file of ModelMetrics or DriftCheckBaselines (S3Uri, ContentDigest …); {} without it."""
        return ((self.described.get(owner) or {}).get(member) or {}).get(name) or {}

    def files(self) -> Iterator[str]:
        """The S3 URIs of all files that its metrics and baselines point to."""
        for owner in ("ModelMetrics", "DriftCheckBaselines"):
            for member in (self.described.get(owner) or {}).values():
                yield from (source["S3Uri"] for source in member.values() if source.get("S3Uri"))


def number(text: str) -> int:
    """A version's number, as an argument of a command."""
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no version; give its number, like 3")
    return int(text)


def find(aws: Aws, group: str, wanted: int) -> Version:
    """A version of a group. Raises CommandError, which names the versions that there are."""
    known = []
    for found, arn in _arns(aws, group):
        if found == wanted:
            return _described(aws, group, found, arn)
        known.append(str(found))
    shown = ", ".join(known[:LISTED]) + (", …" if len(known) > LISTED else "")
    there = f"it has {shown}" if known else "it has none"
    raise CommandError(f"{group} has no version {wanted}; {there}")


def others(aws: Aws, version: Version) -> Iterator[Version]:
    """All other versions of its group, newest first."""
    for found, arn in _arns(aws, version.group):
        if arn != version.arn:
            yield _described(aws, version.group, found, arn)


def _arns(aws: Aws, group: str) -> Iterator[tuple[int, str]]:
    pages = aws.sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending"
    )
    with asking(f"the versions of {group} cannot be listed"):
        for page in pages:
            for each in page["ModelPackageSummaryList"]:
                yield int(each["ModelPackageVersion"]), str(each["ModelPackageArn"])


def _described(aws: Aws, group: str, found: int, arn: str) -> Version:
    with asking(f"version {found} of {group} cannot be described"):
        described = aws.sagemaker.describe_model_package(ModelPackageName=arn)
    return Version(group, found, arn, described)
