"""CodeBuild's reports: what a build has reported, and a group made and dropped."""

from __future__ import annotations

from tests.contract.local import Local


def perform(local: Local, arns: list[str]) -> None:
    """Read a build's two reports, the first of tests, the second of coverage."""
    codebuild = local.client("codebuild")
    codebuild.batch_get_reports(reportArns=[*arns, f"{arns[0]}-none"])
    codebuild.describe_test_cases(reportArn=arns[0])
    codebuild.describe_code_coverages(reportArn=arns[1])
    codebuild.list_reports()
    group = codebuild.list_report_groups()["reportGroups"][0]
    codebuild.batch_get_report_groups(reportGroupArns=[group, f"{group}-none"])
    codebuild.list_reports_for_report_group(reportGroupArn=group)
    export = {"exportConfigType": "NO_EXPORT"}
    made = codebuild.create_report_group(name="dropped", type="TEST", exportConfig=export)
    dropped = made["reportGroup"]["arn"]
    codebuild.update_report_group(arn=dropped, tags=[{"key": "a", "value": "b"}])
    codebuild.delete_report_group(arn=dropped)
    codebuild.delete_report(arn=arns[0])
