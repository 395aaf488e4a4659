"""AWS::SNS::Subscription.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html
"""

from __future__ import annotations

import contextlib
from typing import Any

from localcloud.cloudformation.property_values import document, truth
from localcloud.cloudformation.resource import Context, Created, Resource

DOCUMENTS = ("DeliveryPolicy", "FilterPolicy", "RedrivePolicy")


class Subscription(Resource):
    """A subscription; `Ref` answers its ARN."""

    type_name = "AWS::SNS::Subscription"
    properties = frozenset(
        {*DOCUMENTS, "Endpoint", "FilterPolicyScope", "Protocol", "RawMessageDelivery", "TopicArn"}
    )
    required = frozenset({"Protocol", "TopicArn"})
    create_only = frozenset({"Endpoint", "Protocol", "TopicArn"})
    attributes = frozenset({"Arn"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        sns = context.client("sns")
        arn = sns.subscribe(
            TopicArn=properties["TopicArn"],
            Protocol=properties["Protocol"],
            Endpoint=properties.get("Endpoint", ""),
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        context.made(arn)
        self._set(sns, arn, {}, properties)
        return Created(arn, {"Arn": arn})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        self._set(context.client("sns"), physical_id, old, new)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        sns = context.client("sns")
        with contextlib.suppress(sns.exceptions.NotFoundException):
            sns.unsubscribe(SubscriptionArn=physical_id)

    def _set(self, sns: Any, arn: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        texts = {name: document(new[name]) for name in DOCUMENTS if name in new}
        if "FilterPolicyScope" in new:
            texts["FilterPolicyScope"] = str(new["FilterPolicyScope"])
        if "RawMessageDelivery" in new:
            texts["RawMessageDelivery"] = str(truth(new["RawMessageDelivery"])).lower()
        cleared = {name: "{}" for name in DOCUMENTS if name in old and name not in new}
        for name, text in {**texts, **cleared}.items():
            sns.set_subscription_attributes(
                SubscriptionArn=arn, AttributeName=name, AttributeValue=text
            )
