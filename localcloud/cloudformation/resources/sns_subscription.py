"""AWS::SNS::Subscription.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html
`Region` is where the topic is, if that is another region than the stack's; an update that changes it
fails, unless the topic is another too. Assumed: the words of that failure.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation.property_values import document, truth
from localcloud.cloudformation.resource import Context, Created, Resource
from localcloud.errors import AwsError

DOCUMENTS = ("DeliveryPolicy", "FilterPolicy", "RedrivePolicy")


class Subscription(Resource):
    """A subscription; `Ref` answers its ARN."""

    type_name = "AWS::SNS::Subscription"
    properties = frozenset(
        {
            *DOCUMENTS,
            "Endpoint",
            "FilterPolicyScope",
            "Protocol",
            "RawMessageDelivery",
            "Region",
            "TopicArn",
        }
    )
    required = frozenset({"Protocol", "TopicArn"})
    create_only = frozenset({"Endpoint", "Protocol", "TopicArn"})
    attributes = frozenset({"Arn"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        sns = context.client("sns", _region(properties, context))
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
        region, wanted = _region_of(physical_id), _region(new, context)
        if wanted != region:
            raise AwsError(
                "ValidationError",
                f"Region of a subscription cannot be updated from {region} to {wanted}",
            )
        self._set(context.client("sns", region), physical_id, old, new)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        sns = context.client("sns", _region_of(physical_id))
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


def _region_of(arn: str) -> str:
    return arn.split(":")[3]


def _region(properties: Mapping[str, Any], context: Context) -> str:
    return str(properties.get("Region") or context.region)
