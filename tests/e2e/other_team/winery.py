"""What a person of the other team has at hand: AWS's clients, the CLI and git."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from demo.local_cloud import REGION, LocalCloud

from ..deployed import wait_for

HERE = Path(__file__).parent
STACK = "cellar-winery"
NOTICES = "cellar-notices"
BRANCH = "trunk"
# Service, operation and member of its answer.
WHAT_THERE_IS = (
    ("s3", "list_buckets", "Buckets"),
    ("codecommit", "list_repositories", "repositories"),
    ("codepipeline", "list_pipelines", "pipelines"),
    ("codebuild", "list_projects", "projects"),
    ("lambda", "list_functions", "Functions"),
    ("events", "list_rules", "Rules"),
    ("sqs", "list_queues", "QueueUrls"),
    ("sns", "list_topics", "Topics"),
    ("dynamodb", "list_tables", "TableNames"),
    ("cloudwatch", "describe_alarms", "MetricAlarms"),
    ("sagemaker", "list_model_package_groups", "ModelPackageGroupSummaryList"),
    ("cloudformation", "list_exports", "Exports"),
)


@dataclass(frozen=True)
class Winery:
    """The team's account: the cloud, and the outputs of the stack that stands on it."""

    cloud: LocalCloud
    outputs: Mapping[str, str]

    def client(self, service: str) -> Any:
        """A client of a service."""
        return client(self.cloud, service)

    def run(self, command: str, *arguments: str, directory: Path = HERE) -> str:
        """Run a command-line client; what it printed. AssertionError, with that, if it fails."""
        return run(self.cloud, command, *arguments, directory=directory)

    def execution_of(self, commit: str) -> str:
        """The conveyor's execution that a commit started."""
        pipeline, name = self.client("codepipeline"), self.outputs["Conveyor"]

        def found() -> list[str]:
            listed = pipeline.list_pipeline_executions(pipelineName=name)
            return [
                str(summary["pipelineExecutionId"])
                for summary in listed["pipelineExecutionSummaries"]
                for revision in summary.get("sourceRevisions", [])
                if revision.get("revisionId") == commit
            ]

        return wait_for(found, bool, f"the execution of {commit}")[0]

    def action(self, execution: str, stage: str, *, ended: bool = True) -> dict[str, Any]:
        """The one action of a stage in an execution, once it is there (and has ended)."""

        def look() -> list[dict[str, Any]]:
            listed: list[dict[str, Any]] = self.client("codepipeline").list_action_executions(
                pipelineName=self.outputs["Conveyor"],
                filter={"pipelineExecutionId": execution},
            )["actionExecutionDetails"]
            failed = [action for action in listed if action["status"] == "Failed"]
            assert not failed, (
                f"{failed[0]['actionName']}: {failed[0]['output']}\n{self.build_log()}"
            )
            return [action for action in listed if action["stageName"] == stage]

        def wanted(found: list[dict[str, Any]]) -> bool:
            return bool(found) and (not ended or found[0]["status"] != "InProgress")

        return wait_for(look, wanted, f"{stage} of {execution}")[0]

    def build_log(self) -> str:
        """The end of what the builds logged."""
        return "\n".join(self.log(self.outputs["BuildLog"]).splitlines()[-60:])

    def log(self, group: str) -> str:
        """All that a log group has."""
        pages = self.client("logs").get_paginator("filter_log_events")
        events = [
            event["message"]
            for page in pages.paginate(logGroupName=group)
            for event in page["events"]
        ]
        return "\n".join(events)

    def run_to_its_end(self, arn: str) -> dict[str, Any]:
        """A SageMaker pipeline's execution, when it has ended; with its steps by name."""
        sagemaker = self.client("sagemaker")
        described: dict[str, Any] = wait_for(
            lambda: sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn),
            lambda execution: execution["PipelineExecutionStatus"] != "Executing",
            f"the end of {arn}",
        )
        steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
        by_name = {step["StepName"]: step for step in steps["PipelineExecutionSteps"]}
        return {**described, "Steps": by_name}

    def why(self, execution: dict[str, Any]) -> str:
        """Why an execution has failed: the steps' reasons, and the end of their jobs' logs."""
        said = []
        for name, step in execution["Steps"].items():
            if step["StepStatus"] != "Failed":
                continue
            said.append(f"{name}: {step.get('FailureReason')}")
            for kind, metadata in step.get("Metadata", {}).items():
                job = str(metadata.get("Arn", "")).rpartition("/")[2]
                pages = self.client("logs").get_paginator("filter_log_events")
                group = {"logGroupName": f"/aws/sagemaker/{kind}s", "logStreamNamePrefix": job}
                for page in pages.paginate(**group):
                    said += [event["message"] for event in page["events"]][-30:]
        return "\n".join(said)

    def versions(self, group: str) -> list[str]:
        """The ARNs of a group's versions, the newest first."""
        listed = self.client("sagemaker").list_model_packages(
            ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending"
        )
        return [version["ModelPackageArn"] for version in listed["ModelPackageSummaryList"]]

    def told(self) -> list[str]:
        """What the second app has kept of the first one's news."""
        table = stack_outputs(self.cloud, NOTICES)["TableName"]
        items = self.client("dynamodb").scan(TableName=table)["Items"]
        return [item["text"]["S"] for item in items]

    def read(self, uri: str) -> bytes:
        """An object's content."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        content: bytes = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    def what_there_is(self) -> list[str]:
        """Everything in the account that a stack of the team's may have made."""
        iam = self.client("iam")
        roles = [each["RoleName"] for each in iam.list_roles()["Roles"]]
        return [
            f"{service}: {found}"
            for service, operation, member in WHAT_THERE_IS
            for found in getattr(self.client(service), operation)().get(member, [])
        ] + [
            *(f"iam: {role}" for role in roles if "cellar" in role),
            *(f"iam: {each}" for each in iam.list_policies(Scope="Local")["Policies"]),
        ]

    def empty_bucket(self) -> None:
        """Delete every version of every object, as a person does before deleting a bucket."""
        s3, bucket = self.client("s3"), self.outputs["Bucket"]
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found = [
                {"Key": each["Key"], "VersionId": each["VersionId"]}
                for kind in ("Versions", "DeleteMarkers")
                for each in page.get(kind, [])
            ]
            if found:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": found})


def client(cloud: LocalCloud, service: str) -> Any:
    """A client of a service of a cloud."""
    return boto3.client(service, endpoint_url=cloud.endpoint_url, region_name=REGION)


def run(cloud: LocalCloud, command: str, *arguments: str, directory: Path = HERE) -> str:
    """Run a command-line client that is pointed at a cloud; what it printed."""
    ended = subprocess.run(
        [command, *arguments],
        cwd=directory,
        env=cloud.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
        check=False,
    )
    assert ended.returncode == 0, f"{command} {' '.join(arguments)}:\n{ended.stdout[-4000:]}"
    return ended.stdout


def stack_outputs(cloud: LocalCloud, stack: str) -> dict[str, str]:
    """A stack's outputs by key."""
    (described,) = client(cloud, "cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
