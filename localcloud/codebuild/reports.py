"""Report groups and reports, as the API tells them.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ReportGroup.html and API_Report.html. A
report is there for thirty days, and has at most 500 test cases, the failed first
(https://docs.aws.amazon.com/codebuild/latest/userguide/test-report.html). Assumed: a report's name is
its group's, and its counts are of all cases, also of those that are cut off.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from localcloud.cloud import current
from localcloud.codebuild.errors import invalid_input, refused
from localcloud.codebuild.report_files import FAILED, Coverage, TestCase

TYPES = ("TEST", "CODE_COVERAGE")
NO_EXPORT = {"exportConfigType": "NO_EXPORT"}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-_]{1,127}")
EXPIRES = timedelta(days=30)
MOST_CASES = 500
STATUSES = ("ERROR", "FAILED", "SKIPPED", "SUCCEEDED", "UNKNOWN")
GENERATING, INCOMPLETE, DELETING = "GENERATING", "INCOMPLETE", "DELETING"


class ReportGroup:
    """A group of reports of one type; raises InvalidInputException for what it cannot be."""

    def __init__(self, settings: Mapping[str, Any], arn: str) -> None:
        self.name, self.type, self.arn = str(settings["name"]), str(settings["type"]), arn
        if not NAME.fullmatch(self.name):
            raise invalid_input(f"Invalid report group name: {self.name}")
        if self.type not in TYPES:
            raise invalid_input(f"Invalid report group type: {self.type}")
        self.created = self.modified = current().clock.now()
        self.export: Mapping[str, Any] = {}
        self.tags: Sequence[Mapping[str, str]] = ()
        self.change(settings)

    def change(self, settings: Mapping[str, Any]) -> None:
        """Take an export and tags, where they are given."""
        export = settings.get("exportConfig")
        if export and export.get("exportConfigType", "NO_EXPORT") != "NO_EXPORT":
            raise refused("exportConfigType", export["exportConfigType"], ("NO_EXPORT",))
        if export is not None or not self.export:
            self.export = NO_EXPORT
        if settings.get("tags") is not None:
            self.tags = list(settings["tags"])
        self.modified = current().clock.now()

    def describe(self) -> dict[str, Any]:
        """As `ReportGroup`."""
        return {
            "arn": self.arn,
            "name": self.name,
            "type": self.type,
            "exportConfig": dict(self.export),
            "created": self.created.timestamp(),
            "lastModified": self.modified.timestamp(),
            "tags": list(self.tags),
            "status": "ACTIVE",
        }


@dataclass
class Report:
    """What one build reported to one group."""

    group: ReportGroup
    build_arn: str
    arn: str
    created: datetime
    status: str = GENERATING
    cases: list[TestCase] = field(default_factory=list)
    coverages: list[Coverage] = field(default_factory=list)

    @property
    def expires(self) -> datetime:
        """When it is gone."""
        return self.created + EXPIRES

    def take_cases(self, cases: Iterable[TestCase]) -> None:
        """Keep the results of tests, which say how the report ends."""
        self.cases = sorted(cases, key=lambda case: case.status not in FAILED)
        self.status = "FAILED" if any(case.status in FAILED for case in self.cases) else "SUCCEEDED"

    def take_coverages(self, coverages: Iterable[Coverage]) -> None:
        """Keep what the tests covered."""
        self.coverages, self.status = list(coverages), "SUCCEEDED"

    def describe(self) -> dict[str, Any]:
        """As `Report`."""
        told = {
            "arn": self.arn,
            "type": self.group.type,
            "name": self.group.name,
            "reportGroupArn": self.group.arn,
            "executionId": self.build_arn,
            "status": self.status,
            "created": self.created.timestamp(),
            "expired": self.expires.timestamp(),
            "exportConfig": dict(self.group.export),
            "truncated": len(self.cases) > MOST_CASES,
        }
        if self.group.type == "TEST":
            counts = Counter(case.status for case in self.cases)
            told["testSummary"] = {
                "total": len(self.cases),
                "statusCounts": {status: counts[status] for status in STATUSES},
                "durationInNanoSeconds": sum(case.nanoseconds for case in self.cases),
            }
        else:
            told["codeCoverageSummary"] = _summary(self.coverages)
        return told

    def describe_cases(self, status: str | None, keyword: str | None) -> list[dict[str, Any]]:
        """As `TestCase`, those of a status and with a word in their name or prefix (assumed)."""
        return [
            {
                "reportArn": self.arn,
                "testRawDataPath": case.path,
                "prefix": case.prefix,
                "name": case.name,
                "status": case.status,
                "durationInNanoSeconds": case.nanoseconds,
                "message": case.message,
                "expired": self.expires.timestamp(),
                "testSuiteName": case.suite,
            }
            for case in self.cases[:MOST_CASES]
            if status in (None, case.status)
            and (not keyword or keyword in case.name or keyword in case.prefix)
        ]

    def describe_coverages(self) -> list[dict[str, Any]]:
        """As `CodeCoverage`."""
        return [
            {
                "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.arn}/{each.path}")),
                "reportARN": self.arn,
                "filePath": each.path,
                "expired": self.expires.timestamp(),
                **_summary([each]),
            }
            for each in self.coverages
        ]


def _summary(coverages: Sequence[Coverage]) -> dict[str, Any]:
    lines, missed = _sum(coverages, "lines_covered"), _sum(coverages, "lines_missed")
    taken, other = _sum(coverages, "branches_covered"), _sum(coverages, "branches_missed")
    return {
        "lineCoveragePercentage": _percent(lines, missed),
        "linesCovered": lines,
        "linesMissed": missed,
        "branchCoveragePercentage": _percent(taken, other),
        "branchesCovered": taken,
        "branchesMissed": other,
    }


def _sum(coverages: Iterable[Coverage], name: str) -> int:
    return sum(getattr(each, name) for each in coverages)


def _percent(covered: int, missed: int) -> float:
    total = covered + missed
    return round(100.0 * covered / total, 2) if total else 0.0
