"""The previous baseline of a check: the supplied one, else that of the latest approved version.

In the native engine the service looks for it; this does the same with the same result
(https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quality-clarify-baseline-lifecycle.html).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .baseline import ANALYSIS_FILE, CONSTRAINTS_FILE, STATISTICS_FILE, Baseline, read_json
from .errors import CheckError


@dataclass(frozen=True)
class Place:
    """Where DriftCheckBaselines of a model package has a check's baseline."""

    member: str
    constraints: str = "Constraints"
    has_statistics: bool = False


PLACES = {
    "data_quality": Place("ModelDataQuality", has_statistics=True),
    "model_quality": Place("ModelQuality", has_statistics=True),
    "data_bias": Place("Bias", "PreTrainingConstraints"),
    "model_bias": Place("Bias", "PostTrainingConstraints"),
    "explainability": Place("Explainability"),
}


@dataclass(frozen=True)
class Sources:
    """The S3 URIs of a baseline's files, and whose they are."""

    constraints: str
    statistics: str | None
    origin: str


def supplied(place: Place, statistics: str, constraints: str) -> Sources | None:
    """The baseline that a person supplied; empty texts are none. Raises CheckError for a half."""
    if not place.has_statistics:
        return Sources(constraints, None, "the supplied baseline") if constraints else None
    if bool(statistics) != bool(constraints):
        given, missing = (
            ("statistics", "constraints") if statistics else ("constraints", "statistics")
        )
        raise CheckError(
            f"supplied baseline {given} without {missing}; a baseline of this check is both "
            "files: supply both, or none"
        )
    return Sources(constraints, statistics, "the supplied baseline") if constraints else None


def of_latest_approved(sagemaker: Any, group: str, place: Place) -> Sources | None:
    """The baseline of the latest approved version; None without a version, or a baseline in it."""
    try:
        found = sagemaker.list_model_packages(
            ModelPackageGroupName=group,
            ModelApprovalStatus="Approved",
            SortBy="CreationTime",
            SortOrder="Descending",
            MaxResults=1,
        )["ModelPackageSummaryList"]
    except sagemaker.exceptions.ClientError as error:
        # The first run of a project: registering its first version makes the group.
        if "does not exist" in str(error):
            return None
        raise
    if not found:
        return None
    arn = found[0]["ModelPackageArn"]
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    registered = (package.get("DriftCheckBaselines") or {}).get(place.member) or {}
    constraints = (registered.get(place.constraints) or {}).get("S3Uri")
    statistics = (registered.get("Statistics") or {}).get("S3Uri")
    if not constraints or (place.has_statistics and not statistics):
        return None
    return Sources(constraints, statistics if place.has_statistics else None, f"version {arn}")


def fetch(sources: Sources, directory: Path, download: Callable[[str, Path], None]) -> Baseline:
    """The baseline's files from S3. Raises CheckError if one is missing or unreadable."""
    directory.mkdir(parents=True, exist_ok=True)

    def read(uri: str, name: str) -> Mapping[str, Any]:
        what = f"{name} of {sources.origin} ({uri})"
        try:
            download(uri, directory / name)
        except Exception as error:
            raise CheckError(f"{what} cannot be read: {error}; supply another one") from error
        return read_json(directory / name, what)

    if sources.statistics is None:
        return Baseline(read(sources.constraints, ANALYSIS_FILE))
    return Baseline(
        read(sources.constraints, CONSTRAINTS_FILE), read(sources.statistics, STATISTICS_FILE)
    )
