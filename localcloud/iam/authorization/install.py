"""Where moto's server asks whether a call may be made: before each operation, and in S3's handlers.

moto 5.2.5 has both places (`core/authorization.py`), and an evaluation behind them that is not used: it
knows no conditions, boundaries, session policies and resource policies, and denies in one text.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from botocore.exceptions import UnknownServiceError
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model
from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import BucketAccessDeniedError, S3ClientError
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response
from moto.sts.utils import SESSION_TOKEN_PREFIX

from localcloud.errors import AwsError
from localcloud.iam.authorization import (
    api_request,
    bucket_ownership,
    gate,
    owners,
    s3_request,
)
from localcloud.iam.authorization.caller import Caller, caller_of, own_account
from localcloud.iam.authorization.denial import Denied

logger = logging.getLogger(__name__)

# IAM's prefixes where they are not the signing names of botocore's models.
_PREFIXES = {"cloudwatch": "cloudwatch", "monitoring": "cloudwatch"}
_thread = threading.local()
# AWS's words, and what they mean here: the AWS CLI keeps sessions of roles, and takes them out again.
STALE_SESSION = (
    "The security token included in the request is invalid (it is of a local cloud that has ended; "
    "remove ~/.aws/cli/cache if the AWS CLI kept it)"
)


def install() -> None:
    """Put `gate` before S3's operations; those of the other services ask by `authorize`."""

    def nothing(self: BaseResponse, resource: str = "*") -> None:
        """Asked already: `authorize` is called before moto looks at the operation."""

    def s3(self: S3Response, bucket_name: str | None = None, key_name: str | None = None) -> None:
        _authorize_s3(self, bucket_name, key_name)

    def asked(self: FakeBucket, action: str, resource: str) -> Any:
        """Asked already, with who calls and the policies' conditions, which moto does not look at."""
        return PermissionResult.NEUTRAL

    keys_of_headers = BaseResponse.get_access_key

    def key(self: BaseResponse) -> str:
        """moto does not read who signed a URL (Signature Version 4), and takes it for nobody's."""
        signed = self.querystring.get("X-Amz-Credential")
        return str(signed[0]).partition("/")[0] if signed else str(keys_of_headers(self))

    accounts_of_iam = BaseResponse.get_current_account

    def account(self: BaseResponse) -> str:
        """moto knows the keys of IAM only, and takes all others for the default account's."""
        return own_account(self.get_access_key()) or str(accounts_of_iam(self))

    BaseResponse.get_access_key = key
    BaseResponse.get_current_account = account
    FakeBucket.get_permission = asked
    BaseResponse._authenticate_and_authorize_normal_action = nothing
    S3Response._authenticate_and_authorize_s3_action = s3


def caller(response: BaseResponse) -> Caller:
    """Whose request a response class serves; raises AwsError for a session of a cloud that has ended,
    which would otherwise work as the person, in another account than it was made for."""
    who = caller_of(response.access_key, response.region, response.current_account)
    given = response.headers.get("X-Amz-Security-Token") or _query(response).get(
        "X-Amz-Security-Token", [""]
    )
    token = given if isinstance(given, str) else str(given[0])
    if who.kind == "person" and token.startswith(SESSION_TOKEN_PREFIX):
        raise AwsError("InvalidClientTokenId", STALE_SESSION, 403)
    return who


def authorize(response: BaseResponse, operation: str, who: Caller) -> None:
    """Raise the denial, as the service answers it, unless the caller may perform the operation; and
    have it performed in the account of the resource that it names."""
    if isinstance(response, S3Response):
        return
    prefix = _prefix(response)
    members = _members(response, operation)
    account = owners.serving_account(prefix, members, response.current_account)
    if who.kind != "internal" and gate.is_enforced():
        try:
            api_request.authorize(who, prefix, operation, members, response.region, account)
        except Denied as denied:
            raise denied.for_service(prefix) from denied
    response.current_account = account


def _prefix(response: BaseResponse) -> str:
    name = str(response.boto3_service_name)
    try:
        signing = str(get_service_model(name).signing_name)
    except UnknownServiceError:
        return name
    return _PREFIXES.get(signing, signing)


def _members(response: BaseResponse, operation: str) -> Mapping[str, Any]:
    """The request's members as botocore's model names them; none where it cannot be read.

    The service answers what cannot be read in its own way; here it names no resource.
    """
    if response.automated_parameter_parsing:
        known: Mapping[str, Any] = response.params
        return known
    request = response.normalized_request
    try:
        model = get_service_model(response.boto3_service_name)
        protocol = determine_request_protocol(model, request.content_type)
        parser = PROTOCOL_PARSERS[protocol](model.operation_model(operation))
        found: Mapping[str, Any] = parser.parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.data,
                "url_path": request.path,
                "url_params": response.uri_match,
            }
        )
    except Exception:
        logger.debug("the request of %s could not be read", operation, exc_info=True)
        return {}
    return found


def _authorize_s3(response: S3Response, bucket: str | None, key: str | None) -> None:
    try:
        who = caller(response)
    except AwsError as error:
        raise S3ClientError("InvalidToken", error.message) from error
    body = response.body
    request = s3_request.S3Request(
        response.method,
        bucket,
        key,
        {name: _list(value) for name, value in _query(response).items()},
        {name.lower(): value for name, value in response.headers.items()},
        body.encode() if isinstance(body, str) else body,
        response.region,
    )
    _thread.s3_caller = who
    try:
        s3_request.authorize(who, request)
    except Denied as denied:
        if request.method == "POST" and "delete" in request.query:
            raise BucketAccessDeniedError(bucket or "") from denied
        raise S3ClientError("AccessDenied", denied.message) from denied
    except gate.Unsupported:
        raise
    except AwsError as error:  # a watcher's
        raise S3ClientError(error.aws_code, error.message) from error
    bucket_ownership.check(request)
    if bucket and not s3_request.creates_bucket(request):
        owner = owners.owner_of(f"arn:aws:s3:::{bucket}")
        response.current_account = owner or response.current_account


def s3_caller() -> Caller | None:
    """Whose request to S3 this thread serves; None where it has served none."""
    found: Caller | None = getattr(_thread, "s3_caller", None)
    return found


def _query(response: S3Response) -> Mapping[str, Any]:
    return parse_qs(response.parsed_url.query, keep_blank_values=True)


def _list(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
