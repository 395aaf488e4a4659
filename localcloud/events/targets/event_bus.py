"""Another event bus as a target: the event goes on it as it is, whatever its account and region.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html: the receiving bus sees the
original event (same id, source and account); only the region and resources are the original's too.
The target's role, which a bus of another account or region needs, must be allowed events:PutEvents, and
the policy of another account's bus must allow it too
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html). An event goes from
bus to bus once: AWS stops at the second hop, and so does this. Difference: AWS asks the bus's policy
when the target is put, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.errors import ValidationException
from localcloud.events.targets.target import COMMON_MEMBERS, Delivery, DeliveryFailed, Target
from localcloud.iam.authorization import gate
from localcloud.iam.authorization.caller import caller_of
from localcloud.iam.authorization.denial import Denied

_HOPPED = "localcloud-hopped"


class EventBus(Target):
    """An event bus by its ARN."""

    service = "events"
    resource_prefix = "event-bus/"
    noun = "an event bus"
    other_accounts = True
    other_regions = True

    def check(self, target: Mapping[str, Any]) -> None:
        super().check(target)
        for name in ("Input", "InputPath", "InputTransformer"):
            if name in target and name in COMMON_MEMBERS:
                raise ValidationException(
                    f"{name} is not supported for a target that is an event bus: {target['Arn']}"
                )

    def send(self, delivery: Delivery) -> None:
        from localcloud.events.delivery import deliver, known_bus

        account, bus = delivery.arn.split(":")[4], delivery.resource.removeprefix("event-bus/")
        if _HOPPED in delivery.event:
            raise DeliveryFailed(
                "THIRD_ACCOUNT_HOP_DETECTED", f"the event has already been sent on to {bus}"
            )
        if not known_bus(account, delivery.region, bus):
            raise DeliveryFailed("NO_RESOURCE", f"Event bus {bus} does not exist.")
        _authorize(delivery, account)
        deliver({**delivery.event, _HOPPED: True}, bus, account_id=account, region=delivery.region)


def _authorize(delivery: Delivery, account: str) -> None:
    credentials = delivery.role_session()
    if credentials is None:
        return
    who = caller_of(credentials.access_key_id, delivery.region, account)
    context = {
        "aws:SourceArn": [delivery.rule_arn],
        "events:source": [str(delivery.event["source"])],
        "events:detail-type": [str(delivery.event["detail-type"])],
    }
    try:
        gate.require(who, "events:PutEvents", delivery.arn, context, region=delivery.region)
    except Denied as denied:
        raise DeliveryFailed("NO_PERMISSIONS", denied.message) from denied
