"""The event that a changed parameter makes: "Parameter Store Change".

https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html.
EventBridge's schema of it requires the name, the type and the operation: a parameter without a
description has none in its events. Not emitted: labels, and what a parameter's policies would do.
"""

from __future__ import annotations

from moto.ssm.models import Parameter
from moto.ssm.utils import parameter_arn

from localcloud.events import bus

DETAIL_TYPE = "Parameter Store Change"


def detail(parameter: Parameter, operation: str) -> dict[str, str]:
    """The event's detail; `operation` is `Create`, `Update` or `Delete`."""
    told = {
        "operation": operation,
        "name": parameter.name,
        "type": parameter.parameter_type,
    }
    return told | ({"description": parameter.description} if parameter.description else {})


def emit(parameter: Parameter, operation: str, region: str) -> None:
    """Put the event on the default bus."""
    bus.emit(
        "aws.ssm",
        DETAIL_TYPE,
        detail(parameter, operation),
        resources=[parameter_arn(parameter.account_id, region, parameter.name)],
        account_id=parameter.account_id,
        region=region,
    )
