"""AWS::SQS::Queue.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
"""

from __future__ import annotations

import contextlib
from typing import Any

from localcloud.cloudformation.property_values import document, truth
from localcloud.cloudformation.resource import Context, Created, Resource

# CloudFormation's names that are the queue attributes' own.
PLAIN = (
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
)
DOCUMENTS = ("RedriveAllowPolicy", "RedrivePolicy")
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
DEFAULTS = {
    "DelaySeconds": "0",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "VisibilityTimeout": "30",
}


class Queue(Resource):
    """A queue; `Ref` answers its URL."""

    type_name = "AWS::SQS::Queue"
    name_property = "QueueName"
    properties = frozenset({*PLAIN, *DOCUMENTS, "FifoQueue", "QueueName", "Tags"})
    create_only = frozenset({"FifoQueue", "QueueName"})
    attributes = frozenset({"Arn", "QueueName", "QueueUrl"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        sqs = context.client("sqs")
        fifo = truth(properties.get("FifoQueue", False))
        name = properties.get("QueueName") or context.generate_name(75) + ".fifo" * fifo
        attributes = _attributes(properties)
        if fifo:
            attributes["FifoQueue"] = "true"
        tags = {tag["Key"]: tag["Value"] for tag in context.tags(properties.get("Tags"))}
        url = sqs.create_queue(QueueName=name, Attributes=attributes, tags=tags)["QueueUrl"]
        return Created(url, {"Arn": context.arn("sqs", name), "QueueName": name, "QueueUrl": url})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        sqs = context.client("sqs")
        wanted = _attributes(new)
        for name in set(_attributes(old)) - set(wanted):
            wanted[name] = DEFAULTS.get(name, "")
        if wanted:
            sqs.set_queue_attributes(QueueUrl=physical_id, Attributes=wanted)
        gone, tags = context.tag_changes(old, new)
        if gone:
            sqs.untag_queue(QueueUrl=physical_id, TagKeys=gone)
        if tags:
            sqs.tag_queue(QueueUrl=physical_id, Tags=tags)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        sqs = context.client("sqs")
        with contextlib.suppress(sqs.exceptions.QueueDoesNotExist):
            sqs.delete_queue(QueueUrl=physical_id)


def _attributes(properties: dict[str, Any]) -> dict[str, str]:
    plain = {
        name: str(value).lower() if isinstance(value := properties[name], bool) else str(value)
        for name in PLAIN
        if name in properties
    }
    return plain | {name: document(properties[name]) for name in DOCUMENTS if name in properties}
