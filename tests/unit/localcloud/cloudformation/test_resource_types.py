"""Resources of stacks: what is made has its properties, what is not supported is refused by name."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.s3.models import s3_backends

from localcloud.cloud import current

from .conftest import TRUST, Cloud, queue


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


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html"
)
def test_subscription_reaches_a_topic_in_another_region(cloud: Cloud) -> None:
    far = cloud.client("sns", "eu-west-1")
    topic = far.create_topic(Name="far")["TopicArn"]
    subscription = {
        "Type": "AWS::SNS::Subscription",
        "Properties": {
            "TopicArn": topic,
            "Protocol": "sqs",
            "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]},
            "RawMessageDelivery": True,
            "Region": "eu-west-1",
        },
    }
    resources = {"Queue": queue(), "Subscription": subscription}
    cloud.create("regions", resources)
    assert cloud.stack("regions")["StackStatus"] == "CREATE_COMPLETE", cloud.events("regions")
    arn = cloud.physical_id("regions", "Subscription")
    assert arn.startswith(f"{topic}:")
    far.publish(TopicArn=topic, Message="from afar")
    received = cloud.client("sqs").receive_message(QueueUrl=cloud.physical_id("regions", "Queue"))
    assert [message["Body"] for message in received["Messages"]] == ["from afar"]

    properties = subscription["Properties"]
    changed = {**subscription, "Properties": {**properties, "RawMessageDelivery": False}}
    cloud.update("regions", {**resources, "Subscription": changed})
    attributes = far.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert attributes["RawMessageDelivery"] == "false"
    moved = {**subscription, "Properties": {**properties, "Region": "us-east-1"}}
    cloud.update("regions", {**resources, "Subscription": moved})
    assert cloud.stack("regions")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert any("Region of a subscription" in reason for _, _, reason in cloud.events("regions"))

    cloud.client("cloudformation").delete_stack(StackName="regions")
    assert far.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def test_subscription_may_name_the_stacks_own_region(cloud: Cloud) -> None:
    topic = {"Type": "AWS::SNS::Topic"}
    properties = {
        "TopicArn": {"Ref": "Topic"},
        "Protocol": "sqs",
        "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]},
    }
    subscription = {"Type": "AWS::SNS::Subscription", "Properties": properties}
    resources = {"Topic": topic, "Queue": queue(), "Subscription": subscription}
    cloud.create("own-region", resources)
    named = {**properties, "Region": {"Ref": "AWS::Region"}}
    cloud.update("own-region", {**resources, "Subscription": {**subscription, "Properties": named}})
    assert cloud.stack("own-region")["StackStatus"] == "UPDATE_COMPLETE", cloud.events("own-region")


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


@pytest.mark.local_only("of moto's types in services of ours only these are more than a record")
def test_a_bus_of_a_template_is_known_by_its_name(cloud: Cloud) -> None:
    bus = {"Type": "AWS::Events::EventBus", "Properties": {"Name": "a-bus"}}
    cloud.create("bus", {"B": bus}, sections={"Outputs": {"Name": {"Value": {"Ref": "B"}}}})
    assert cloud.stack("bus")["StackStatus"] == "CREATE_COMPLETE"
    assert cloud.outputs("bus") == {"Name": "a-bus"}
    events = cloud.client("events")
    assert events.describe_event_bus(Name="a-bus")["Name"] == "a-bus"
    cloud.client("cloudformation").delete_stack(StackName="bus")
    assert current().changes.wait_until(
        lambda: len(events.list_event_buses(NamePrefix="a-bus")["EventBuses"]) == 0, 10
    )


@pytest.mark.local_only("a record that nothing acts on is not made")
@pytest.mark.parametrize("name", ["Events::Archive", "SageMaker::Endpoint"])
def test_a_type_that_would_be_a_mere_record_is_refused_by_name(cloud: Cloud, name: str) -> None:
    with pytest.raises(ClientError, match=rf"Unrecognized resource types: \[AWS::{name}\]"):
        cloud.create("record", {"R": {"Type": f"AWS::{name}", "Properties": {}}})
