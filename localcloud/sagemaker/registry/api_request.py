"""A request of SageMaker's API: its members as they were sent, checked, and who sent it."""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import BaseResponse

from localcloud.sagemaker.jobs import request_validation
from localcloud.sagemaker.registry.user_context import user_context


def body(response: BaseResponse) -> dict[str, Any]:
    """The request's members; times are seconds since the epoch."""
    members: dict[str, Any] = json.loads(response.body or "{}")
    return members


def validated(response: BaseResponse, operation: str) -> dict[str, Any]:
    """The request's members; ValidationException unless they fit the operation's model."""
    members = body(response)
    request_validation.validate(operation, members)
    return members


def caller(response: BaseResponse) -> dict[str, Any]:
    """Who signed the request, as `CreatedBy` says it."""
    # The caller's account, where the request acts in another.
    account = response.get_current_account()
    return user_context(account, response.region, response.access_key)
