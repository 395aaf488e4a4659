"""Calls that are no person's: a service for a rule, a stack without a role, git, a function's code."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from tests.local_server import ACCOUNT, LocalCloud, service_principal

from .conftest import Allowed, Session, allow, document

RESOURCES = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html"


@pytest.mark.documented(RESOURCES)
def test_eventbridge_sends_to_a_queue_whose_policy_names_the_rule(person: LocalCloud) -> None:
    sqs, events = person.client("sqs"), person.client("events")
    queues = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("open", "shut")}
    rule = events.put_rule(Name="both", EventPattern=json.dumps({"source": ["mine"]}))["RuleArn"]
    arns = {name: f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}" for name in queues}
    from_rule = {"ArnEquals": {"aws:SourceArn": rule}}
    grant = allow(
        "sqs:SendMessage",
        arns["open"],
        Principal=service_principal("events"),
        Condition=from_rule,
    )
    sqs.set_queue_attributes(QueueUrl=queues["open"], Attributes={"Policy": document(grant)})
    events.put_targets(
        Rule="both", Targets=[{"Id": name, "Arn": arn} for name, arn in arns.items()]
    )
    events.put_events(Entries=[{"Source": "mine", "DetailType": "d", "Detail": "{}"}])

    def messages(name: str) -> int:
        found = sqs.get_queue_attributes(
            QueueUrl=queues[name], AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    assert current().changes.wait_until(lambda: messages("open") == 1, 20)
    assert messages("shut") == 0


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html"
)
def test_a_stack_without_a_role_is_made_in_its_callers_name(
    person: LocalCloud, session: Allowed
) -> None:
    template = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})
    stacks = allow("cloudformation:*")

    def made(who: Session, name: str) -> dict[str, Any]:
        cloudformation = who.client("cloudformation")
        cloudformation.create_stack(StackName=name, TemplateBody=template)
        described = person.client("cloudformation").describe_stacks(StackName=name)
        found: dict[str, Any] = described["Stacks"][0]
        return found

    made(session(stacks), "denied")
    events = person.client("cloudformation").describe_stack_events(StackName="denied")
    reasons = [each.get("ResourceStatusReason", "") for each in events["StackEvents"]]
    assert any("is not authorized to perform: sqs:CreateQueue" in each for each in reasons)
    assert made(session(stacks, allow("sqs:*")), "allowed")["StackStatus"] == "CREATE_COMPLETE"


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PutModelPackageGroupPolicy.html"
)
def test_a_groups_policy_lets_others_in_by_name(person: LocalCloud, session: Allowed) -> None:
    sagemaker = person.client("sagemaker")
    template = {
        "Resources": {
            "Group": {
                "Type": "AWS::SageMaker::ModelPackageGroup",
                "Properties": {"ModelPackageGroupName": "Shared"},
            }
        }
    }
    who = session()
    arn = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:model-package-group/Shared"
    grant = allow("sagemaker:DescribeModelPackageGroup", arn, Principal={"AWS": who.role_arn})
    properties = template["Resources"]["Group"]["Properties"]
    properties["ModelPackageGroupPolicy"] = {"Version": "2012-10-17", "Statement": [grant]}
    person.client("cloudformation").create_stack(
        StackName="shared", TemplateBody=json.dumps(template)
    )
    theirs = who.client("sagemaker")
    assert theirs.describe_model_package_group(ModelPackageGroupName="Shared")
    sagemaker.delete_model_package_group_policy(ModelPackageGroupName="Shared")
    with pytest.raises(ClientError, match="is not authorized to perform"):
        theirs.describe_model_package_group(ModelPackageGroupName="Shared")


@pytest.mark.documented("https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html")
def test_a_functions_code_is_read_as_the_caller(
    person: LocalCloud, session: Allowed, bucket: str
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("f.py", "def handler(e, c): pass\n")
    person.client("s3").put_object(Bucket=bucket, Key="code.zip", Body=packed.getvalue())
    role = person.make_role("function-role", service_principal("lambda"))
    function = {
        "FunctionName": "from-s3",
        "Runtime": "python3.11",
        "Role": role,
        "Handler": "f.handler",
        "Code": {"S3Bucket": bucket, "S3Key": "code.zip"},
    }
    making = (allow("lambda:CreateFunction"), allow("iam:PassRole", role))
    with pytest.raises(ClientError, match="perform: s3:GetObject on resource"):
        session(*making).client("lambda").create_function(**function)
    session(*making, allow("s3:GetObject")).client("lambda").create_function(**function)


@pytest.mark.documented(
    "https://docs.aws.amazon.com/codecommit/latest/userguide/"
    "auth-and-access-control-permissions-reference.html"
)
def test_git_needs_pull_and_push(person: LocalCloud, session: Allowed, tmp_path: Path) -> None:
    person.client("codecommit").create_repository(repositoryName="guarded")
    arn = f"arn:aws:codecommit:us-east-1:{ACCOUNT}:guarded"
    puller = session(allow("codecommit:GitPull", arn))
    pusher = session(allow(["codecommit:GitPull", "codecommit:GitPush"], arn))

    url = f"{person.endpoint}/v1/repos/guarded"

    def git(*arguments: str, who: Session | None = None) -> subprocess.CompletedProcess[str]:
        settings = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        if who is not None:
            # As a credential helper says it: the key and the token, and a signature.
            user = f"{who.credentials['AccessKeyId']}%{who.credentials['SessionToken']}"
            basic = base64.b64encode(f"{user}:signature".encode()).decode()
            settings += ["-c", f"http.extraHeader=Authorization: Basic {basic}"]
        command = ["git", *settings, *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    git("init", "--quiet", "--initial-branch=main", ".")
    git("commit", "--quiet", "--allow-empty", "--message", "first")
    denied = git("push", url, "main", who=puller)
    assert denied.returncode != 0
    assert "is not authorized to perform: codecommit:GitPush" in denied.stderr
    assert git("push", url, "main", who=pusher).returncode == 0
    assert git("fetch", url, "main", who=puller).returncode == 0
    assert git("fetch", url, "main", who=session()).returncode != 0
    assert git("fetch", url, "main").returncode == 0, "without credentials it is the person"
