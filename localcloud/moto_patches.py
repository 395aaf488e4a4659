"""Every change made to moto 5.2.5 itself, each with its reason. Nothing else here patches moto."""

from __future__ import annotations

import logging
from typing import Any
from xml.sax.saxutils import escape

from moto import backends
from moto.core.responses import BaseResponse
from moto.logs.models import LogsBackend
from moto.organizations import models as organizations_models
from moto.sns.models import Subscription

from localcloud import kms_keys, operations, request_types
from localcloud.cloudformation import install as cloudformation_install
from localcloud.errors import AwsError
from localcloud.events import s3_notifications
from localcloud.iam.authorization import gate
from localcloud.iam.authorization import install as authorization
from localcloud.organizations.models import Account

logger = logging.getLogger(__name__)

NOTHING_HERE = "nothing here would carry it out; docs/fidelity.md lists the operations there are"

_applied = False


def apply() -> None:
    """Apply all patches, once per process."""
    global _applied
    if not _applied:
        _refuse_unknown_operations()
        cloudformation_install.install()
        authorization.install()
        s3_notifications.install()
        # Its accounts have a role that can do nothing, and the management account one elsewhere.
        organizations_models.FakeAccount = Account
        _deliver_to_the_endpoints_account()
        _check_the_keys_of_log_groups()
        _list_own_modules_once()
        _applied = True


def _refuse_unknown_operations() -> None:
    """moto answers an operation it lacks with an HTML page of status 500; botocore retries it and
    then reports as a parser error. Answer in AWS's form instead, with a status nobody retries; so
    too an operation of a service of ours that moto would only keep a record of (`operations`); and
    answer a defect (any other exception) in AWS's form too, with what went wrong in it."""
    call_action = BaseResponse.call_action

    def refusing(self: BaseResponse) -> Any:
        operation = self._get_action()
        service = self.boto3_service_name if self.service_name else type(self).__name__
        try:
            if operation and operations.is_refused(type(self), operation):
                raise NotImplementedError(NOTHING_HERE)
            request_types.check(self, operation)
            who = authorization.caller(self)
            if operation:
                authorization.authorize(self, operation, who)
            with gate.serving(who):
                return call_action(self)
        except AwsError as error:
            return _error_response(self, error.aws_code, error.message, int(error.code))
        except NotImplementedError as error:
            reason = str(error)
            if not reason or "has not been implemented" in reason:
                reason = NOTHING_HERE
            message = f"unsupported by the local cloud: {service} operation {operation}; {reason}"
            return _error_response(self, "NotImplemented", message, 501)
        except Exception as error:
            if error.args == (self.region,):
                message = "Credential should be scoped to a valid region."
                return _error_response(self, "InvalidSignatureException", message, 403)
            logger.exception("%s %s failed", service, operation)
            message = f"the local cloud failed in {service} {operation}: {error!r}"
            return _error_response(self, "InternalFailure", message, 500)

    BaseResponse.call_action = refusing


def _deliver_to_the_endpoints_account() -> None:
    """moto looks for a subscribed queue or function in the topic's account; its ARN says which."""
    publish = Subscription.publish

    def publishing(self: Subscription, *arguments: Any, **named: Any) -> None:
        parts = str(self.endpoint).split(":")
        if self.protocol in ("sqs", "lambda") and len(parts) > 5:
            self.account_id = parts[4]
        publish(self, *arguments, **named)

    Subscription.publish = publishing


def _check_the_keys_of_log_groups() -> None:
    """moto takes any text for a log group's key. "If you attempt to associate a KMS key with the log
    group but the KMS key does not exist or the KMS key is disabled, you receive an
    InvalidParameterException error"
    (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html)."""
    create = LogsBackend.create_log_group

    def creating(self: LogsBackend, *arguments: Any, **named: Any) -> Any:
        key = named.get("kmsKeyId")
        if key and kms_keys.state_of(self.account_id, self.region_name, key) != "Enabled":
            raise AwsError(
                "InvalidParameterException", "The specified KMS Key Id could not be found."
            )
        return create(self, *arguments, **named)

    LogsBackend.create_log_group = creating


def _list_own_modules_once() -> None:
    """moto looks through its own package's directory, some 180 files, at every request: that is a third
    of the time of a short one."""
    names = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: iter(names)


def _error_response(
    response: BaseResponse, code: str, message: str, status: int
) -> tuple[int, dict[str, str], str]:
    if "Action" not in response.querystring:
        headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-errortype": code}
        return status, headers, AwsError(code, message, status).description
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
        f"<Message>{escape(message)}</Message></Error><RequestId>local</RequestId></ErrorResponse>"
    )
    return status, {"Content-Type": "text/xml"}, body
