"""Making a build's reports, in UPLOAD_ARTIFACTS, with the permissions of the build's role.

https://docs.aws.amazon.com/codebuild/latest/userguide/test-permissions.html: CreateReportGroup (of a
name whose group is not there yet), CreateReport, BatchPutTestCases or BatchPutCodeCoverages, and
UpdateReport. These are no operations that anybody could call, so they are asked of IAM here. A report
that cannot be completed stays INCOMPLETE and fails the phase; the words for a denial are observed
(https://github.com/aws/aws-cdk/issues/7367), the others assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from localcloud import clients
from localcloud.codebuild.artifact_files import collect
from localcloud.codebuild.build import Build
from localcloud.codebuild.buildspec import ReportSpec
from localcloud.codebuild.errors import PhaseFailed
from localcloud.codebuild.report_files import COVERAGES, MOST_BYTES, TESTS, BadReport, type_of
from localcloud.codebuild.report_store import ReportStore
from localcloud.codebuild.reports import INCOMPLETE, NO_EXPORT, Report, ReportGroup
from localcloud.errors import AwsError
from localcloud.iam.authorization import gate
from localcloud.iam.authorization.caller import caller_of
from localcloud.iam.authorization.denial import Denied

Kind = TypeVar("Kind")


class ReportUpload:
    """Makes the reports of one build."""

    def __init__(
        self,
        build: Build,
        store: ReportStore,
        credentials: clients.Credentials,
        log: Callable[[str], None],
    ) -> None:
        self._build, self._store, self._log = build, store, log
        self._role = caller_of(credentials.access_key_id, build.region, build.account_id)

    def run(
        self,
        specs: Sequence[ReportSpec],
        root: Path,
        within: Path,
        expand: Callable[[str], str],
    ) -> None:
        """Make a report for each part of the buildspec; raises PhaseFailed, after all were tried."""
        failures = []
        for spec in specs:
            name = expand(spec.name) if "$" in spec.name else spec.name
            try:
                self._report(name, spec, root, within)
            except (AwsError, BadReport) as error:
                failures.append(f"[{name}: [{error}]]")
        if failures:
            raise PhaseFailed(
                "CLIENT_ERROR", f"Error in UPLOAD_ARTIFACTS phase: {' '.join(failures)}"
            )

    def _report(self, name: str, spec: ReportSpec, root: Path, within: Path) -> None:
        self._log(f"Preparing to copy {type_of(spec.file_format)} report {name}")
        group = self._group(name, spec)
        self._may("CreateReport", group.arn, "error creating report")
        report = self._store.create_report(group, self._build.arn)
        with self._build.lock:
            self._build.reports.append(report.arn)
        try:
            self._fill(report, spec, root, within)
        except (AwsError, BadReport):
            report.status = INCOMPLETE
            raise
        self._log(f"Report {report.arn} is {report.status}")

    def _group(self, name: str, spec: ReportSpec) -> ReportGroup:
        kind = type_of(spec.file_format)
        if name.startswith("arn:"):
            group = self._store.group(name)
        else:
            named = f"{self._build.plan.project_name}-{name}"
            arn = self._store.group_arn(named)
            if arn not in self._store.groups:
                self._may("CreateReportGroup", arn, "error creating report group")
                settings = {"name": named, "type": kind, "exportConfig": NO_EXPORT}
                return self._store.create_group(settings)
            group = self._store.groups[arn]
        if group.type != kind:
            raise BadReport(f"{spec.file_format} is of type {kind}, its group of {group.type}")
        return group

    def _fill(self, report: Report, spec: ReportSpec, root: Path, within: Path) -> None:
        files, outside = collect(spec.files, root, within)
        for path in outside:
            self._log(f"Left out, because it is outside of the build's directory: {path}")
        if not files:
            raise BadReport("report files not found in build")
        self._log(f"Found {len(files)} file(s)")
        group = report.group.arn
        if spec.file_format in TESTS:
            cases = [case for path in files for case in _read(TESTS[spec.file_format], files, path)]
            self._may("BatchPutTestCases", group, "error putting test cases")
            self._may("UpdateReport", group, "error updating report")
            report.take_cases(cases)
        else:
            read = COVERAGES[spec.file_format]
            covered = [each for path in files for each in _read(read, files, path)]
            self._may("BatchPutCodeCoverages", group, "error putting code coverages")
            self._may("UpdateReport", group, "error updating report")
            report.take_coverages(covered)

    def _may(self, verb: str, arn: str, otherwise: str) -> None:
        try:
            gate.require(self._role, f"codebuild:{verb}", arn, region=self._build.region)
        except Denied as denied:
            raise BadReport(f"{otherwise}: AccessDeniedException: {denied.message}") from denied


def _read(
    read: Callable[[bytes, str], list[Kind]], files: dict[str, Path], path: str
) -> list[Kind]:
    try:
        # One byte more than is read, so that a file of any size is told as too large.
        with files[path].open("rb") as file:
            return read(file.read(MOST_BYTES + 1), path)
    except BadReport as error:
        raise BadReport(f"error reading {path}: {error}") from error
    except OSError as error:
        raise BadReport(f"error reading {path}: {error.strerror}") from error
