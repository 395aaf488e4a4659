"""Inside a function's process: the context object that the handler gets.

https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
Only the standard library may be imported here: the process has nothing else of ours.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any


class CognitoIdentity:
    """Who called through a mobile SDK: nobody does here."""

    cognito_identity_id: str | None = None
    cognito_identity_pool_id: str | None = None


class ClientContext:
    """What a caller sent as `ClientContext`."""

    def __init__(self, sent: Mapping[str, Any]) -> None:
        self.custom = sent.get("custom")
        self.env = sent.get("env")
        self.client = sent.get("client")


class LambdaContext:
    """One invocation, as the handler sees it."""

    def __init__(self, invocation: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        self.aws_request_id = str(invocation["requestId"])
        self.invoked_function_arn = str(invocation["functionArn"])
        self.function_name = environment["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = environment["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = environment["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = environment["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = CognitoIdentity()
        sent = invocation.get("clientContext")
        self.client_context = None if sent is None else ClientContext(sent)
        self.tenant_id = None
        self._deadline_ms = int(invocation["deadlineMs"])

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function is stopped."""
        return max(self._deadline_ms - int(time.time() * 1000), 0)

    def log(self, message: object) -> None:
        """Write to the function's log."""
        sys.stdout.write(str(message))
