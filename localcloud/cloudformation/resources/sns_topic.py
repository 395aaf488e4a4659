"""AWS::SNS::Topic.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html
"""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.property_values import truth
from localcloud.cloudformation.resource import Context, Created, Resource

# Properties that are topic attributes of the same name.
TEXTS = ("DisplayName", "KmsMasterKeyId", "SignatureVersion", "TracingConfig")


class Topic(Resource):
    """A topic and the subscriptions listed with it; `Ref` answers its ARN."""

    type_name = "AWS::SNS::Topic"
    name_property = "TopicName"
    properties = frozenset(
        {*TEXTS, "ContentBasedDeduplication", "FifoTopic", "Subscription", "Tags", "TopicName"}
    )
    create_only = frozenset({"FifoTopic", "TopicName"})
    attributes = frozenset({"TopicArn", "TopicName"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        sns = context.client("sns")
        fifo = truth(properties.get("FifoTopic", False))
        name = properties.get("TopicName") or context.generate_name(250) + ".fifo" * fifo
        arn = sns.create_topic(
            Name=name,
            Attributes={"FifoTopic": "true"} if fifo else {},
            Tags=context.tags(properties.get("Tags")),
        )["TopicArn"]
        context.made(arn)
        self._set(sns, arn, {}, properties)
        return Created(arn, {"TopicArn": arn, "TopicName": name})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        sns = context.client("sns")
        self._set(sns, physical_id, old, new)
        tags = context.tags(new.get("Tags"))
        gone = {tag["Key"] for tag in old.get("Tags", [])} - {tag["Key"] for tag in tags}
        if gone:
            sns.untag_resource(ResourceArn=physical_id, TagKeys=sorted(gone))
        if tags:
            sns.tag_resource(ResourceArn=physical_id, Tags=tags)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        sns = context.client("sns")
        try:
            for listed in sns.list_subscriptions_by_topic(TopicArn=physical_id)["Subscriptions"]:
                sns.unsubscribe(SubscriptionArn=listed["SubscriptionArn"])
            sns.delete_topic(TopicArn=physical_id)
        except sns.exceptions.NotFoundException:
            pass

    def _set(self, sns: Any, arn: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        for name in (*TEXTS, "ContentBasedDeduplication"):
            if old.get(name) != new.get(name):
                value = new.get(name, "")
                text = str(value).lower() if isinstance(value, bool) else str(value)
                sns.set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=text)
        had = {(item["Protocol"], item["Endpoint"]) for item in old.get("Subscription", [])}
        wanted = {(item["Protocol"], item["Endpoint"]) for item in new.get("Subscription", [])}
        for protocol, endpoint in wanted - had:
            sns.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint)
        if had - wanted:
            for item in sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]:
                if (item["Protocol"], item["Endpoint"]) in had - wanted:
                    sns.unsubscribe(SubscriptionArn=item["SubscriptionArn"])
