"""The URL of an SQS queue by its ARN, which the SQS API asks for.

Made, not asked for: a service that sends to a queue needs no permission for `GetQueueUrl`.
"""

from __future__ import annotations

from localcloud.cloud import current


def queue_url(arn: str) -> str:
    """`http://localhost:<port>/<account>/<name>`."""
    _, _, _, _, account, name = arn.split(":", 5)
    return f"{current().settings.endpoint_url}/{account}/{name}"
