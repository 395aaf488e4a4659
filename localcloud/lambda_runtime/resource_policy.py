"""Whether a service may invoke a function: the function's own policy decides.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
For the services here that invoke a function without a role of their own (EventBridge, SNS, S3).
"""

from __future__ import annotations

import json

from localcloud.errors import AwsError
from localcloud.iam.policy_evaluation import Decision, Policy, Request, evaluate
from localcloud.lambda_runtime.function import LambdaFunction

ACTION = "lambda:InvokeFunction"


def require_service_access(function: LambdaFunction, service: str, source_arn: str) -> None:
    """Raise AccessDeniedException unless `service`, on behalf of `source_arn`, may invoke it.

    `service` is a principal such as `events.amazonaws.com`, `source_arn` the rule, topic or bucket.
    """
    context = {
        "AWS:SourceArn": [source_arn],
        "AWS:SourceAccount": [source_arn.split(":")[4] or function.account_id],
    }
    request = Request(ACTION, function.function_arn, context, principals=(service,))
    policy = Policy.parse(json.loads(function.policy.wire_format())["Policy"])
    if evaluate([policy], request).decision is not Decision.ALLOWED:
        raise AwsError(
            "AccessDeniedException",
            f"User: {service} is not authorized to perform: {ACTION} on resource: "
            f"{function.function_arn} because no resource-based policy allows the {ACTION} action",
            403,
        )
