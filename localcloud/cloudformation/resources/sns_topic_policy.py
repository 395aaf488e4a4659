"""AWS::SNS::TopicPolicy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topicpolicy.html
"""

from __future__ import annotations

import contextlib
import json
from typing import Any

from localcloud.cloudformation.property_values import document
from localcloud.cloudformation.resource import Context, Created, Resource


class TopicPolicy(Resource):
    """One policy, set on each of the topics; deleting it leaves a topic open to its owner only."""

    type_name = "AWS::SNS::TopicPolicy"
    properties = frozenset({"PolicyDocument", "Topics"})
    required = frozenset({"PolicyDocument", "Topics"})
    attributes = frozenset({"Id"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        self._put(properties, context)
        name = context.generate_name(128)
        return Created(name, {"Id": name})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        self._put(new, context)
        self._reset(set(old["Topics"]) - set(new["Topics"]), context)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        self._reset(set(properties["Topics"]), context)

    def _put(self, properties: dict[str, Any], context: Context) -> None:
        sns = context.client("sns")
        for arn in properties["Topics"]:
            sns.set_topic_attributes(
                TopicArn=arn,
                AttributeName="Policy",
                AttributeValue=document(properties["PolicyDocument"]),
            )

    def _reset(self, topics: set[str], context: Context) -> None:
        sns = context.client("sns")
        for arn in topics:
            # https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html (the owner)
            owner = {
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": ["SNS:Publish", "SNS:Subscribe", "SNS:GetTopicAttributes"],
                "Resource": arn,
                "Condition": {"StringEquals": {"AWS:SourceOwner": context.account_id}},
            }
            with contextlib.suppress(sns.exceptions.NotFoundException):
                sns.set_topic_attributes(
                    TopicArn=arn,
                    AttributeName="Policy",
                    AttributeValue=json.dumps({"Version": "2008-10-17", "Statement": [owner]}),
                )
