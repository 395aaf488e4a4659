"""Reports of builds and their groups, as the API tells them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from tests.local_server import ACCOUNT, REGION
from tests.unit.localcloud.codebuild.conftest import Cloud
from tests.unit.localcloud.codebuild.report_texts import CLOVER, COBERTURA, JUNIT, PASSED
from tests.unit.localcloud.codebuild.reporting import GROUPS, only, reports

GUIDE = "https://docs.aws.amazon.com/codebuild/latest/userguide"


@pytest.mark.documented(f"{GUIDE}/build-spec-ref.html#build-spec.reports")
def test_a_named_report_makes_its_group(cloud: Cloud) -> None:
    text = reports("tests:", "  files: [junit.xml]", "  base-directory: out", out__junit_xml=JUNIT)
    build = cloud.build(text)
    assert build["buildStatus"] == "SUCCEEDED", cloud.log(build)
    report = only(cloud, build)
    group = f"{build['projectName']}-tests"
    assert report["reportGroupArn"] == f"{GROUPS}/{group}"
    assert report["arn"].startswith(f"arn:aws:codebuild:{REGION}:{ACCOUNT}:report/{group}:")
    assert (report["status"], report["type"], report["truncated"]) == ("FAILED", "TEST", False)
    assert report["executionId"] == build["arn"]
    assert report["expired"] - report["created"] == timedelta(days=30)
    counts = {"ERROR": 1, "FAILED": 1, "SKIPPED": 1, "SUCCEEDED": 1, "UNKNOWN": 0}
    assert report["testSummary"]["statusCounts"] == counts
    assert report["testSummary"]["total"] == 4
    assert report["testSummary"]["durationInNanoSeconds"] == 375_000_000
    cases = cloud.codebuild.describe_test_cases(reportArn=report["arn"])["testCases"]
    assert [case["name"] for case in cases] == [
        "test_bad",
        "test_broken",
        "test_good",
        "test_later",
    ]
    assert cases[0]["testRawDataPath"] == "junit.xml"
    failed = cloud.codebuild.describe_test_cases(
        reportArn=report["arn"], filter={"status": "FAILED", "keyword": "bad"}
    )["testCases"]
    assert [case["message"][:13] for case in failed] == ["assert 1 == 2"]
    (found,) = cloud.codebuild.batch_get_report_groups(
        reportGroupArns=[report["reportGroupArn"], f"{GROUPS}/none"]
    )["reportGroups"]
    assert (found["name"], found["status"]) == (group, "ACTIVE")
    assert found["exportConfig"] == {"exportConfigType": "NO_EXPORT"}


@pytest.mark.documented(f"{GUIDE}/test-report.html")
def test_a_report_of_500_cases_has_the_failed_first(cloud: Cloud) -> None:
    many = "".join(f'<testcase name="n{number}"/>' for number in range(501))
    text = f'<testsuite name="s">{many}<testcase name="bad"><failure/></testcase></testsuite>'
    report = only(cloud, cloud.build(reports("t:", "  files: ['**/*']", a_xml=text)))
    assert (report["truncated"], report["testSummary"]["total"]) == (True, 502)
    pages = cloud.codebuild.get_paginator("describe_test_cases").paginate(reportArn=report["arn"])
    cases = [case for page in pages for case in page["testCases"]]
    assert (len(cases), cases[0]["name"]) == (500, "bad")


@pytest.mark.parametrize(
    ("kind", "text", "covered"),
    [("CoberturaXml", COBERTURA, (75.0, 3, 1, 50.0)), ("CLOVERXML", CLOVER, (75.0, 3, 1, 50.0))],
)
def test_coverage(cloud: Cloud, kind: str, text: str, covered: tuple[float, ...]) -> None:
    build = cloud.build(
        reports("covered:", "  files: [c.xml]", f"  file-format: {kind}", c_xml=text)
    )
    report = only(cloud, build)
    assert (report["status"], report["type"]) == ("SUCCEEDED", "CODE_COVERAGE")
    told = report["codeCoverageSummary"]
    assert (
        told["lineCoveragePercentage"],
        told["linesCovered"],
        told["linesMissed"],
        told["branchCoveragePercentage"],
    ) == covered
    files = cloud.codebuild.describe_code_coverages(
        reportArn=report["arn"], maxLineCoveragePercentage=80
    )["codeCoverages"]
    assert [each["filePath"].rpartition("/")[2] for each in files] == ["a.py"]


@pytest.mark.documented(f"{GUIDE}/test-report-group-naming.html")
def test_a_group_by_its_arn_takes_the_reports_of_many_projects(cloud: Cloud) -> None:
    arn = cloud.codebuild.create_report_group(
        name="shared", type="TEST", exportConfig={"exportConfigType": "NO_EXPORT"}
    )["reportGroup"]["arn"]
    text = reports(f"{arn}:", "  files: ['*.xml']", a_xml=PASSED)
    arns = [only(cloud, cloud.build(text))["arn"] for _ in range(2)]
    listed = cloud.codebuild.list_reports_for_report_group(reportGroupArn=arn)["reports"]
    assert listed == arns[::-1]
    assert cloud.codebuild.list_reports(sortOrder="DESCENDING", maxResults=2)["reports"] == listed
    succeeded = cloud.codebuild.list_reports_for_report_group(
        reportGroupArn=arn, filter={"status": "SUCCEEDED"}, sortOrder="ASCENDING"
    )
    assert succeeded["reports"] == arns
    with pytest.raises(ClientError, match="has reports"):
        cloud.codebuild.delete_report_group(arn=arn)
    cloud.codebuild.delete_report(arn=arns[0])
    assert cloud.codebuild.batch_get_reports(reportArns=arns)["reportsNotFound"] == arns[:1]
    cloud.codebuild.delete_report_group(arn=arn, deleteReports=True)
    assert arn not in cloud.codebuild.list_report_groups()["reportGroups"]
    assert cloud.codebuild.batch_get_reports(reportArns=arns)["reports"] == []


def test_groups_are_made_changed_and_listed(cloud: Cloud) -> None:
    export = {"exportConfigType": "NO_EXPORT"}
    made = [
        cloud.codebuild.create_report_group(name=name, type="TEST", exportConfig=export)
        for name in ("zz-one", "aa-two")
    ]
    arns = [each["reportGroup"]["arn"] for each in made]
    listed = cloud.codebuild.list_report_groups(sortBy="NAME")["reportGroups"]
    assert [arn for arn in listed if arn in arns] == arns[::-1]
    tags = [{"key": "k", "value": "v"}]
    changed = cloud.codebuild.update_report_group(arn=arns[0], tags=tags)["reportGroup"]
    assert (changed["tags"], changed["exportConfig"]) == (tags, export)
    for code, call in (
        ("ResourceAlreadyExistsException", {"name": "zz-one", "exportConfig": export}),
        ("InvalidInputException", {"name": "!!", "exportConfig": export}),
        ("InvalidInputException", {"name": "s3", "exportConfig": {"exportConfigType": "S3"}}),
    ):
        with pytest.raises(ClientError) as refused:
            cloud.codebuild.create_report_group(type="TEST", **call)
        assert refused.value.response["Error"]["Code"] == code
    with pytest.raises(cloud.codebuild.exceptions.ResourceNotFoundException):
        cloud.codebuild.describe_test_cases(reportArn=f"{GROUPS}/none:1")


def test_a_report_is_gone_after_thirty_days(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = only(cloud, cloud.build(reports("t:", "  files: [a.xml]", a_xml=PASSED)))["arn"]
    later = datetime.now(UTC) + timedelta(days=31)
    monkeypatch.setattr(current().clock, "now", lambda: later)
    assert cloud.codebuild.batch_get_reports(reportArns=[arn])["reportsNotFound"] == [arn]


def test_reading_a_report_is_authorised_on_its_group(cloud: Cloud) -> None:
    report = only(cloud, cloud.build(reports("t:", "  files: [a.xml]", a_xml=PASSED)))
    reads = {"Effect": "Allow", "Action": "codebuild:*", "Resource": report["reportGroupArn"]}
    role = cloud.make_role("reads-reports", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, reads)
    key = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="reader")["Credentials"]
    reader = boto3.client(
        "codebuild",
        region_name=REGION,
        endpoint_url=cloud.endpoint,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        aws_session_token=key["SessionToken"],
    )
    assert reader.batch_get_reports(reportArns=[report["arn"]])["reports"][0]["arn"]
    assert reader.describe_test_cases(reportArn=report["arn"])["testCases"]
    other = report["arn"].replace("-t:", "-u:")
    with pytest.raises(ClientError, match=f"on resource: {report['reportGroupArn'][:-1]}u because"):
        reader.batch_get_reports(reportArns=[other])
