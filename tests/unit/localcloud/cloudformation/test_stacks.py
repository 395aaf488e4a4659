"""Stacks against a running cloud: changed, rolled back, deleted; failures leave nothing behind."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from .conftest import TRUST, Cloud, queue

UPDATES = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
    "using-cfn-updating-stacks-update-behaviors.html"
)

FAILURES = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html"
)

POLICIES = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
    "aws-attribute-deletionpolicy.html"
)

# It is made, and then a policy that does not exist cannot be attached.
BROKEN = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": TRUST,
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/NoSuchPolicy"],
        "RoleName": "half-made",
    },
}


@pytest.mark.documented(FAILURES)
def test_a_failed_creation_is_rolled_back_and_says_why(cloud: Cloud) -> None:
    cloud.create("broken", {"Q": queue(QueueName="broken-q"), "R": {**BROKEN, "DependsOn": "Q"}})
    assert cloud.stack("broken")["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "QueueUrls" not in cloud.client("sqs").list_queues(QueueNamePrefix="broken-q")
    statuses = [(name, status) for name, status, _ in cloud.events("broken")]
    assert statuses == [
        ("broken", "CREATE_IN_PROGRESS"),
        ("Q", "CREATE_IN_PROGRESS"),
        ("Q", "CREATE_COMPLETE"),
        ("R", "CREATE_IN_PROGRESS"),
        ("R", "CREATE_FAILED"),
        ("broken", "ROLLBACK_IN_PROGRESS"),
        ("R", "DELETE_IN_PROGRESS"),
        ("R", "DELETE_COMPLETE"),
        ("Q", "DELETE_IN_PROGRESS"),
        ("Q", "DELETE_COMPLETE"),
        ("broken", "ROLLBACK_COMPLETE"),
    ]
    reason = next(
        text for name, status, text in cloud.events("broken") if status == "CREATE_FAILED"
    )
    assert "NoSuchPolicy does not exist" in reason
    with pytest.raises(ClientError, match="NoSuchEntity"):
        cloud.client("iam").get_role(RoleName="half-made")
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        cloud.update("broken", {"Q": queue()})


@pytest.mark.documented(UPDATES)
def test_an_update_changes_in_place_replaces_adds_and_removes(cloud: Cloud) -> None:
    cloud.create(
        "changing",
        {
            "Same": queue(QueueName="changing-same", DelaySeconds=1),
            "Replaced": queue(FifoQueue=True),
            "Removed": queue(QueueName="changing-removed"),
        },
    )
    url, old = (cloud.physical_id("changing", name) for name in ("Same", "Replaced"))
    cloud.update(
        "changing",
        {
            "Same": queue(QueueName="changing-same", DelaySeconds=2),
            "Replaced": queue(FifoQueue=False),
            "Added": queue(QueueName="changing-added"),
        },
    )
    assert cloud.stack("changing")["StackStatus"] == "UPDATE_COMPLETE"
    assert cloud.physical_id("changing", "Same") == url
    sqs = cloud.client("sqs")
    delay = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds"])["Attributes"]
    assert delay == {"DelaySeconds": "2"}
    assert cloud.physical_id("changing", "Replaced") != old
    left = sqs.list_queues(QueueNamePrefix="changing")["QueueUrls"]
    assert old not in left
    assert (
        sorted(item.rsplit("/", 1)[1] for item in left)[:2]
        == [
            "changing-added",
            "changing-same",
        ]
        or len(left) == 3
    )
    with pytest.raises(ClientError, match="No updates are to be performed"):
        cloud.update(
            "changing",
            {
                "Same": queue(QueueName="changing-same", DelaySeconds=2),
                "Replaced": queue(FifoQueue=False),
                "Added": queue(QueueName="changing-added"),
            },
        )


@pytest.mark.documented(FAILURES)
def test_a_failed_update_brings_everything_back(cloud: Cloud) -> None:
    cloud.create("back", {"Q": queue(QueueName="back-q", DelaySeconds=1)})
    url = cloud.physical_id("back", "Q")
    cloud.update(
        "back",
        {
            "Q": queue(QueueName="back-q", DelaySeconds=9),
            "New": queue(QueueName="back-new"),
            "R": {**BROKEN, "DependsOn": ["Q", "New"]},
        },
    )
    assert cloud.stack("back")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    sqs = cloud.client("sqs")
    delay = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds"])["Attributes"]
    assert delay == {"DelaySeconds": "1"}
    assert sqs.list_queues(QueueNamePrefix="back")["QueueUrls"] == [url]
    with pytest.raises(ClientError, match="NoSuchEntity"):
        cloud.client("iam").get_role(RoleName="half-made")
    template = cloud.client("cloudformation").get_template(StackName="back")["TemplateBody"]
    assert list(template["Resources"]) == ["Q"]


@pytest.mark.documented(UPDATES)
def test_replacing_a_custom_named_resource_is_refused(cloud: Cloud) -> None:
    cloud.create("named", {"Q": queue(QueueName="named.fifo", FifoQueue=True)})
    cloud.update("named", {"Q": queue(QueueName="named.fifo", FifoQueue=False)})
    assert cloud.stack("named")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert (
        "Q",
        "UPDATE_FAILED",
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        "Rename named.fifo and update the stack again.",
    ) in cloud.events("named")


@pytest.mark.documented(POLICIES)
def test_deletion_honours_retain_and_a_full_bucket_fails_it(cloud: Cloud) -> None:
    cloud.create(
        "deleted",
        {
            "Kept": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"},
            "Full": {"Type": "AWS::S3::Bucket"},
            "Q": queue(QueueName="deleted-q"),
        },
    )
    s3 = cloud.client("s3")
    kept, full = (cloud.physical_id("deleted", name) for name in ("Kept", "Full"))
    s3.put_object(Bucket=full, Key="k", Body=b"x")
    formation = cloud.client("cloudformation")
    formation.delete_stack(StackName="deleted")
    assert cloud.stack("deleted")["StackStatus"] == "DELETE_FAILED"
    reason = next(text for n, status, text in cloud.events("deleted") if status == "DELETE_FAILED")
    assert "BucketNotEmpty" in reason
    s3.delete_object(Bucket=full, Key="k")
    formation.delete_stack(StackName="deleted")
    with pytest.raises(ClientError, match="Stack with id deleted does not exist"):
        cloud.stack("deleted")
    assert [b["Name"] for b in s3.list_buckets()["Buckets"] if b["Name"] in (kept, full)] == [kept]


def test_exports_are_imported_and_protected(cloud: Cloud) -> None:
    export = {"Outputs": {"O": {"Value": {"Ref": "Q"}, "Export": {"Name": "shared-queue"}}}}
    cloud.create("exporter", {"Q": queue()}, sections=export)
    parameter = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Type": "String", "Value": {"Fn::ImportValue": "shared-queue"}},
    }
    cloud.create("importer", {"P": parameter})
    name = cloud.physical_id("importer", "P")
    stored = cloud.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    assert stored == cloud.physical_id("exporter", "Q")
    formation = cloud.client("cloudformation")
    with pytest.raises(ClientError, match="shared-queue cannot be deleted as it is in use by"):
        formation.delete_stack(StackName="exporter")
    formation.delete_stack(StackName="importer")
    formation.delete_stack(StackName="exporter")
    with pytest.raises(ClientError):
        cloud.stack("exporter")


def test_a_change_set_without_changes_fails_as_on_aws(cloud: Cloud) -> None:
    cloud.create("same", {"Q": queue()})
    formation = cloud.client("cloudformation")
    body = json.dumps({"Resources": {"Q": queue()}})
    formation.create_change_set(StackName="same", ChangeSetName="c", TemplateBody=body)
    found = formation.describe_change_set(StackName="same", ChangeSetName="c")
    assert (found["Status"], found["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert found["StatusReason"].startswith("The submitted information didn't contain changes.")


def test_iam_needs_its_capability(cloud: Cloud) -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
    with pytest.raises(ClientError, match=r"Requires capabilities : \[CAPABILITY_IAM\]"):
        cloud.client("cloudformation").create_stack(
            StackName="iam", TemplateBody=json.dumps({"Resources": {"R": role}})
        )
