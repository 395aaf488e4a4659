"""Stacks against a running cloud: what is made really exists, and failures leave nothing behind."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.s3.models import s3_backends

from localcloud.server import Server
from localcloud.settings import Settings

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
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


class Cloud:
    """Clients of the cloud under test, and the few things that every test does with stacks."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def client(self, service: str) -> Any:
        config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
        return boto3.client(service, endpoint_url=self._endpoint, config=config)

    def create(self, name: str, resources: dict[str, Any], **more: Any) -> Any:
        return self._submit("create_stack", name, resources, **more)

    def update(self, name: str, resources: dict[str, Any], **more: Any) -> Any:
        return self._submit("update_stack", name, resources, **more)

    def _submit(self, operation: str, name: str, resources: dict[str, Any], **more: Any) -> Any:
        body = {"Resources": resources, **more.pop("sections", {})}
        return getattr(self.client("cloudformation"), operation)(
            StackName=name,
            TemplateBody=json.dumps(body),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            **more,
        )

    def stack(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client("cloudformation").describe_stacks(StackName=name)[
            "Stacks"
        ][0]
        return found

    def outputs(self, name: str) -> dict[str, str]:
        return {item["OutputKey"]: item["OutputValue"] for item in self.stack(name)["Outputs"]}

    def physical_id(self, name: str, logical_id: str) -> str:
        detail = self.client("cloudformation").describe_stack_resource(
            StackName=name, LogicalResourceId=logical_id
        )
        return str(detail["StackResourceDetail"]["PhysicalResourceId"])

    def events(self, name: str) -> list[tuple[str, str, str]]:
        events = self.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        return [
            (e["LogicalResourceId"], e["ResourceStatus"], e.get("ResourceStatusReason", ""))
            for e in reversed(events)
        ]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = Server(Settings(port=port, state_dir=Path(tmp_path_factory.mktemp("cloud"))))
    server.start()
    yield Cloud(server.settings.endpoint_url)
    server.stop()


def queue(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


# It is made, and then a policy that does not exist cannot be attached.
BROKEN = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": TRUST,
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/NoSuchPolicy"],
        "RoleName": "half-made",
    },
}


def test_an_unknown_type_stops_before_anything_is_made(cloud: Cloud) -> None:
    with pytest.raises(ClientError) as caught:
        cloud.create("unknown", {"Q": queue(QueueName="unknown-q"), "F": {"Type": "AWS::Foo::Bar"}})
    assert caught.value.response["Error"] == {
        "Type": "Sender",
        "Code": "ValidationError",
        "Message": "Template format error: Unrecognized resource types: [AWS::Foo::Bar]",
    }
    assert "QueueUrls" not in cloud.client("sqs").list_queues(QueueNamePrefix="unknown-q")


@pytest.mark.local_only("AWS reports it when the resource is made")
def test_an_unsupported_property_stops_before_anything_is_made(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="unsupported property Colour of AWS::SQS::Queue"):
        cloud.create("colour", {"Q": queue(QueueName="colour-q", Colour="red")})
    with pytest.raises(ClientError, match="does not exist"):
        cloud.stack("colour")


def test_properties_take_effect(cloud: Cloud) -> None:
    bucket = {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
            ]
        },
        "LifecycleConfiguration": {
            "Rules": [{"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 365}}]
        },
        "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
        "PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "BlockPublicPolicy": "true"},
        "Tags": [{"Key": "own", "Value": "1"}],
        "VersioningConfiguration": {"Status": "Enabled"},
    }
    cloud.create(
        "effects",
        {
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": bucket},
            "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 90}},
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "Told"}},
            "Queue": queue(VisibilityTimeout=77),
            "Subscription": {
                "Type": "AWS::SNS::Subscription",
                "Properties": {
                    "TopicArn": {"Ref": "Topic"},
                    "Protocol": "sqs",
                    "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]},
                    "RawMessageDelivery": True,
                },
            },
            "Alarm": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "AlarmActions": [{"Ref": "Topic"}],
                    "ComparisonOperator": "GreaterThanThreshold",
                    "DatapointsToAlarm": 3,
                    "EvaluationPeriods": 5,
                    "ExtendedStatistic": "p90",
                    "MetricName": "ModelLatency",
                    "Namespace": "AWS/SageMaker",
                    "Period": 60,
                    "Threshold": 500000,
                    "TreatMissingData": "notBreaching",
                },
            },
            "Parameter": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": {"Ref": "Bucket"}, "Name": "/effects"},
            },
        },
        Tags=[{"Key": "stack", "Value": "2"}],
    )
    assert cloud.stack("effects")["StackStatus"] == "CREATE_COMPLETE"
    s3, name = cloud.client("s3"), cloud.physical_id("effects", "Bucket")
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    rule = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"][0]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 365}
    # moto's GetBucketNotificationConfiguration leaves this one out of its answer.
    kept_bucket = s3_backends["123456789012"]["aws"].buckets[name]
    assert kept_bucket.notification_configuration.event_bridge == {}
    block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert block["BlockPublicAcls"] is True
    assert block["BlockPublicPolicy"] is True
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=name)["TagSet"]}
    assert tags == {"own": "1", "stack": "2"}
    encryption = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
    default = encryption["Rules"][0]["ApplyServerSideEncryptionByDefault"]
    assert default == {"SSEAlgorithm": "AES256"}
    groups = cloud.client("logs").describe_log_groups()["logGroups"]
    own = cloud.physical_id("effects", "Group")
    assert [g["retentionInDays"] for g in groups if g["logGroupName"] == own] == [90]
    topic = cloud.physical_id("effects", "Topic")
    attributes = cloud.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    assert attributes["DisplayName"] == "Told"
    cloud.client("sns").publish(TopicArn=topic, Message="raw text")
    url = cloud.physical_id("effects", "Queue")
    sqs = cloud.client("sqs")
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "raw text"
    visible = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    assert visible["Attributes"] == {"VisibilityTimeout": "77"}
    alarm = cloud.client("cloudwatch").describe_alarms(
        AlarmNames=[cloud.physical_id("effects", "Alarm")]
    )["MetricAlarms"][0]
    kept = ("DatapointsToAlarm", "ExtendedStatistic", "Threshold", "TreatMissingData")
    assert [alarm[key] for key in kept] == [3, "p90", 500000.0, "notBreaching"]
    assert alarm["AlarmActions"] == [topic]
    value = cloud.client("ssm").get_parameter(Name="/effects")["Parameter"]["Value"]
    assert value == name


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


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html"
)
def test_a_custom_resource_is_made_by_its_function(cloud: Cloud) -> None:
    code = (
        "import cfnresponse\n"
        "def handler(event, context):\n"
        "    wanted = event['ResourceProperties']['Number']\n"
        "    if wanted == '13':\n"
        "        return cfnresponse.send(event, context, 'FAILED', {}, reason='unlucky')\n"
        "    data = {'Answer': wanted + event['RequestType']}\n"
        "    cfnresponse.send(event, context, 'SUCCESS', data, 'made-' + wanted)\n"
    )
    resources: dict[str, Any] = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {"ZipFile": code},
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Runtime": "python3.13",
                "Timeout": 10,
            },
        },
        "Thing": {
            "Type": "Custom::Thing",
            "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "Number": 7},
        },
    }
    outputs = {
        "Outputs": {
            "Id": {"Value": {"Ref": "Thing"}},
            "Answer": {"Value": {"Fn::GetAtt": ["Thing", "Answer"]}},
        }
    }
    cloud.create("custom", resources, sections=outputs)
    assert cloud.outputs("custom") == {"Id": "made-7", "Answer": "7Create"}
    resources["Thing"]["Properties"]["Number"] = 13
    cloud.update("custom", resources, sections=outputs)
    assert cloud.stack("custom")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert any("unlucky" in reason for _, _, reason in cloud.events("custom"))


@pytest.mark.local_only("what moto ignores is refused")
def test_a_property_that_moto_ignores_is_refused_by_name(cloud: Cloud) -> None:
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": "refused",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "ContributorInsightsSpecification": {"Enabled": True},
        },
    }
    cloud.create("moto", {"T": table})
    assert cloud.stack("moto")["StackStatus"] == "ROLLBACK_COMPLETE"
    reason = next(text for n, status, text in cloud.events("moto") if status == "CREATE_FAILED")
    assert "ContributorInsightsSpecification" in reason
    assert "refused" not in cloud.client("dynamodb").list_tables()["TableNames"]
