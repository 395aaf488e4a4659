"""Reports that cannot be made: no files, wrong files, wrong groups, no permission."""

from __future__ import annotations

import pytest

from tests.local_server import service_principal
from tests.unit.localcloud.codebuild.conftest import Cloud, phase
from tests.unit.localcloud.codebuild.report_texts import CLOVER, COBERTURA, PASSED
from tests.unit.localcloud.codebuild.reporting import GROUPS, only, reports

PERMISSIONS = ("CreateReportGroup", "CreateReport", "UpdateReport", "BatchPutTestCases")


@pytest.mark.parametrize(
    ("lines", "files", "message"),
    [
        (["t:", "  files: [none.xml]"], {}, "[t: [report files not found in build]]"),
        (["t:", "  files: [a.xml]"], {"a_xml": "<a"}, "[t: [error reading a.xml: it is no XML: "),
        (["t:", "  files: [a.xml]"], {"a_xml": COBERTURA}, "[t: [error reading a.xml: its root is"),
    ],
    ids=["missing", "broken", "another-format"],
)
def test_a_report_that_cannot_be_completed_fails_the_phase(
    cloud: Cloud, lines: list[str], files: dict[str, str], message: str
) -> None:
    build = cloud.build(reports(*lines, **files))
    assert build["buildStatus"] == "FAILED"
    (context,) = phase(build, "UPLOAD_ARTIFACTS")["contexts"]
    assert context["statusCode"] == "CLIENT_ERROR"
    assert context["message"].startswith(f"Error in UPLOAD_ARTIFACTS phase: {message}")
    assert only(cloud, build)["status"] == "INCOMPLETE"


def test_a_group_of_another_type_or_none_fails_the_phase(cloud: Cloud) -> None:
    cloud.codebuild.create_report_group(
        name="typed", type="TEST", exportConfig={"exportConfigType": "NO_EXPORT"}
    )
    lines = (
        *(f"{GROUPS}/typed:", "  files: [a.xml]", "  file-format: CLOVERXML"),
        *(f"{GROUPS}/absent:", "  files: [a.xml]"),
    )
    build = cloud.build(reports(*lines, a_xml=CLOVER))
    message = phase(build, "UPLOAD_ARTIFACTS")["contexts"][0]["message"]
    assert "CLOVERXML is of type CODE_COVERAGE, its group of TEST" in message
    assert f"Report group cannot be found: {GROUPS}/absent" in message
    assert "reportArns" not in build


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["t:", "  files: [a]", "  file-format: JACOCOXML"], "reports/t/file-format 'JACOCOXML'"),
        (["t:", "  files: [a]", "  colour: red"], "reports/t member 'colour'"),
        (["t: {}"], "reports/t/files is required"),
        ([f"{name}: {{files: [a]}}" for name in "abcdef"], "reports has 6 groups; at most 5"),
    ],
)
def test_what_a_buildspec_may_not_say_of_reports(
    cloud: Cloud, lines: list[str], message: str
) -> None:
    (context,) = phase(cloud.build(reports(*lines)), "DOWNLOAD_SOURCE")["contexts"]
    assert context["statusCode"] == "YAML_FILE_ERROR"
    assert message in context["message"]


@pytest.mark.recorded("https://github.com/aws/aws-cdk/issues/7367")
@pytest.mark.parametrize("lacking", [*PERMISSIONS, None])
def test_the_role_must_be_allowed_each_step(cloud: Cloud, lacking: str | None) -> None:
    role = f"reports-{str(lacking).lower()}"
    name = f"permitted-{str(lacking).lower()}"
    allowed = [f"codebuild:{each}" for each in PERMISSIONS if each != lacking]
    logs = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    own = {"Effect": "Allow", "Action": allowed, "Resource": f"{GROUPS}/{name}-*"}
    arn = cloud.make_role(role, service_principal("codebuild"), logs, own)
    text = reports("$WHICH:", "  files: [a.xml]", a_xml=PASSED)
    cloud.project(text, name=name, serviceRole=arn)
    which = [{"name": "WHICH", "value": "t"}]
    build = cloud.wait(cloud.start(name, environmentVariablesOverride=which))
    if lacking is None:
        assert only(cloud, build)["status"] == "SUCCEEDED"
        return
    message = phase(build, "UPLOAD_ARTIFACTS")["contexts"][0]["message"]
    denial = f"is not authorized to perform: codebuild:{lacking} on resource: {GROUPS}/{name}-t"
    assert denial in message
    assert "AccessDeniedException: User: arn:aws:sts::" in message
    if lacking == "CreateReportGroup":
        assert message.startswith(
            "Error in UPLOAD_ARTIFACTS phase: [t: [error creating report group: AccessDenied"
        )
    made = build.get("reportArns", [])
    assert len(made) == (0 if lacking in ("CreateReportGroup", "CreateReport") else 1)
