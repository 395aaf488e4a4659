"""The report groups and reports of one account and region.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateReportGroup.html and its like.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from typing import Any

from localcloud.cloud import current
from localcloud.codebuild.errors import invalid_input, not_found
from localcloud.codebuild.reports import Report, ReportGroup
from localcloud.errors import AwsError


class ReportStore:
    """Groups by ARN and reports by ARN, the oldest first."""

    def __init__(self, arn_prefix: str) -> None:
        self._prefix = arn_prefix  # arn:aws:codebuild:<region>:<account>
        self._lock = threading.RLock()
        self.groups: dict[str, ReportGroup] = {}
        self._reports: dict[str, Report] = {}

    def group_arn(self, name: str) -> str:
        """The ARN of a group of this name."""
        return f"{self._prefix}:report-group/{name}"

    def create_group(self, settings: Mapping[str, Any]) -> ReportGroup:
        """CreateReportGroup."""
        for name in ("name", "type", "exportConfig"):
            if settings.get(name) is None:
                raise invalid_input(f"{name} is required")
        made = ReportGroup(settings, self.group_arn(str(settings["name"])))
        with self._lock:
            if made.arn in self.groups:
                raise AwsError(
                    "ResourceAlreadyExistsException", f"Report group already exists: {made.arn}"
                )
            self.groups[made.arn] = made
        return made

    def group(self, arn: str) -> ReportGroup:
        """A group; raises ResourceNotFoundException."""
        found = self.groups.get(arn)
        if found is None:
            raise not_found(f"Report group cannot be found: {arn}")
        return found

    def delete_group(self, arn: str, delete_reports: bool) -> None:
        """DeleteReportGroup; nothing happens if there is none (assumed)."""
        with self._lock:
            reports = [report for report in self.reports() if report.group.arn == arn]
            if reports and not delete_reports:
                raise invalid_input(
                    f"Report group {arn} has reports; delete them first, or set deleteReports"
                )
            for report in reports:
                del self._reports[report.arn]
            self.groups.pop(arn, None)

    def create_report(self, group: ReportGroup, build_arn: str) -> Report:
        """A report that a build begins."""
        arn = f"{self._prefix}:report/{group.name}:{uuid.uuid4()}"
        made = Report(group, build_arn, arn, current().clock.now())
        with self._lock:
            self._reports[arn] = made
        return made

    def reports(self) -> list[Report]:
        """Every report that has not expired, the oldest first."""
        now = current().clock.now()
        with self._lock:
            self._reports = {
                arn: report for arn, report in self._reports.items() if report.expires > now
            }
            return list(self._reports.values())

    def report(self, arn: str) -> Report:
        """A report; raises ResourceNotFoundException."""
        for report in self.reports():
            if report.arn == arn:
                return report
        raise not_found(f"Report cannot be found: {arn}")

    def delete_report(self, arn: str) -> None:
        """DeleteReport; nothing happens if there is none (assumed)."""
        with self._lock:
            self._reports.pop(arn, None)
