"""The operations on reports and their groups: parsed, carried out, answered in botocore's shapes.

https://docs.aws.amazon.com/codebuild/latest/userguide/test-reporting.html. Refused by name: resource
policies, shared groups and GetReportGroupTrend. Lists are newest first unless told otherwise (assumed),
groups by their name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moto.codebuild.responses import CodeBuildResponse as MotoResponse

from localcloud.codebuild.errors import invalid_input
from localcloud.codebuild.models import CodeBuildBackend
from localcloud.codebuild.report_store import ReportStore
from localcloud.codebuild.reports import Report, ReportGroup

PAGE = 100
GROUP_ORDERS: Mapping[str, Callable[[ReportGroup], Any]] = {
    "NAME": lambda group: group.name,
    "CREATED_TIME": lambda group: group.created,
    "LAST_MODIFIED_TIME": lambda group: group.modified,
}
COVERAGE_ORDERS = {"LINE_COVERAGE_PERCENTAGE": "lineCoveragePercentage", "FILE_PATH": "filePath"}


class ReportOperations(MotoResponse):
    """The half of CodeBuild's response class that is about reports."""

    @property
    def codebuild_backend(self) -> CodeBuildBackend:
        backend: CodeBuildBackend = super().codebuild_backend
        return backend

    @property
    def _request(self) -> dict[str, Any]:
        request: dict[str, Any] = json.loads(self.body or "{}")
        return request

    @property
    def _reports(self) -> ReportStore:
        return self.codebuild_backend.reports

    def create_report_group(self) -> str:
        """CreateReportGroup."""
        return json.dumps({"reportGroup": self._reports.create_group(self._request).describe()})

    def update_report_group(self) -> str:
        """UpdateReportGroup."""
        group = self._reports.group(self._request["arn"])
        group.change(self._request)
        return json.dumps({"reportGroup": group.describe()})

    def delete_report_group(self) -> str:
        """DeleteReportGroup."""
        request = self._request
        self._reports.delete_group(request["arn"], bool(request.get("deleteReports")))
        return "{}"

    def batch_get_report_groups(self) -> str:
        """BatchGetReportGroups."""
        groups, wanted = self._reports.groups, self._request["reportGroupArns"]
        answer = {
            "reportGroups": [groups[arn].describe() for arn in wanted if arn in groups],
            "reportGroupsNotFound": [arn for arn in wanted if arn not in groups],
        }
        return json.dumps(answer)

    def list_report_groups(self) -> str:
        """ListReportGroups."""
        order = GROUP_ORDERS.get(self._request.get("sortBy", "CREATED_TIME"))
        if order is None:
            raise invalid_input(f"Invalid sortBy: {self._request['sortBy']}")
        groups = sorted(self._reports.groups.values(), key=order)
        if self._request.get("sortOrder") == "DESCENDING":
            groups.reverse()
        return self._paged("reportGroups", [group.arn for group in groups])

    def batch_get_reports(self) -> str:
        """BatchGetReports."""
        reports = {report.arn: report for report in self._reports.reports()}
        wanted = self._request["reportArns"]
        answer = {
            "reports": [reports[arn].describe() for arn in wanted if arn in reports],
            "reportsNotFound": [arn for arn in wanted if arn not in reports],
        }
        return json.dumps(answer)

    def list_reports(self) -> str:
        """ListReports."""
        return self._listed(self._reports.reports())

    def list_reports_for_report_group(self) -> str:
        """ListReportsForReportGroup."""
        group = self._reports.group(self._request["reportGroupArn"])
        return self._listed([report for report in self._reports.reports() if report.group is group])

    def describe_test_cases(self) -> str:
        """DescribeTestCases."""
        asked = self._request.get("filter") or {}
        report = self._reports.report(self._request["reportArn"])
        return self._paged(
            "testCases", report.describe_cases(asked.get("status"), asked.get("keyword"))
        )

    def describe_code_coverages(self) -> str:
        """DescribeCodeCoverages."""
        request = self._request
        member = COVERAGE_ORDERS.get(request.get("sortBy", "FILE_PATH"))
        if member is None:
            raise invalid_input(f"Invalid sortBy: {request['sortBy']}")
        least = request.get("minLineCoveragePercentage", 0)
        most = request.get("maxLineCoveragePercentage", 100)
        found = [
            each
            for each in self._reports.report(request["reportArn"]).describe_coverages()
            if least <= each["lineCoveragePercentage"] <= most
        ]
        found.sort(key=lambda each: each[member], reverse=request.get("sortOrder") == "DESCENDING")
        return self._paged("codeCoverages", found)

    def delete_report(self) -> str:
        """DeleteReport."""
        self._reports.delete_report(self._request["arn"])
        return "{}"

    def _listed(self, reports: Sequence[Report]) -> str:
        status = (self._request.get("filter") or {}).get("status")
        arns = [report.arn for report in reports if status in (None, report.status)]
        if self._request.get("sortOrder") != "ASCENDING":
            arns.reverse()
        return self._paged("reports", arns)

    def _paged(self, member: str, items: Sequence[Any]) -> str:
        """One page of a list, which says where the next begins."""
        token, size = self._request.get("nextToken"), self._request.get("maxResults") or PAGE
        if token and not str(token).isdecimal():
            raise invalid_input("Invalid nextToken")
        if not 1 <= size <= PAGE:
            raise invalid_input(f"Invalid maxResults: {size}; it must be between 1 and {PAGE}")
        start = int(token or 0)
        answer: dict[str, Any] = {member: list(items[start : start + size])}
        if start + size < len(items):
            answer["nextToken"] = str(start + size)
        return json.dumps(answer)
