"""AWS::SQS::QueuePolicy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queuepolicy.html
"""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.property_values import document
from localcloud.cloudformation.resource import Context, Created, Resource


class QueuePolicy(Resource):
    """One policy, set on each of the queues."""

    type_name = "AWS::SQS::QueuePolicy"
    properties = frozenset({"PolicyDocument", "Queues"})
    required = frozenset({"PolicyDocument", "Queues"})
    attributes = frozenset({"Id"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        self._put(set(properties["Queues"]), document(properties["PolicyDocument"]), context)
        name = context.generate_name(128)
        return Created(name, {"Id": name})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        self._put(set(new["Queues"]), document(new["PolicyDocument"]), context)
        self._put(set(old["Queues"]) - set(new["Queues"]), "", context)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        self._put(set(properties["Queues"]), "", context)

    def _put(self, queues: set[str], policy: str, context: Context) -> None:
        sqs = context.client("sqs")
        for url in queues:
            try:
                sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
            except sqs.exceptions.QueueDoesNotExist:
                if policy:
                    raise
