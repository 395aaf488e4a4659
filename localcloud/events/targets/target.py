"""What a kind of target declares, and what it does with an event.

A target is a subclass of `Target` in a module of this package, one kind per file; importing the
package registers it. `send` is called once per attempt and either returns or raises `DeliveryFailed`
(or a botocore error, which `failure_of` sorts into AWS's error codes); retries and dead letters are
not its concern. Which permissions each kind needs:
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from botocore.exceptions import BotoCoreError, ClientError

from localcloud import clients
from localcloud.errors import AwsError, ValidationException
from localcloud.events import sessions

# Members that every target may have.
COMMON_MEMBERS = frozenset(
    {"Id", "Arn", "Input", "InputPath", "InputTransformer", "RetryPolicy", "DeadLetterConfig"}
)


class DeliveryFailed(Exception):
    """One attempt failed; `code` is one of AWS's for a dead letter's ERROR_CODE.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    """

    def __init__(self, code: str, message: str, *, retriable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.retriable = retriable


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one target."""

    rule_arn: str
    target: Mapping[str, Any]
    event: Mapping[str, Any]
    payload: str

    @property
    def arn(self) -> str:
        """The target's ARN."""
        return str(self.target["Arn"])

    @property
    def region(self) -> str:
        """The target's region."""
        return self.arn.split(":")[3]

    @property
    def resource(self) -> str:
        """The ARN after the account."""
        return self.arn.split(":", 5)[5]

    def client(self, service: str) -> Any:
        """A client as the target's role, or as EventBridge itself if the target has none."""
        credentials = self.role_session()
        if credentials is None:
            return clients.service_client(service, self.region, sessions.SERVICE, self.rule_arn)
        return clients.client(service, self.region, credentials)

    def role_session(self) -> clients.Credentials | None:
        """A session of the target's role; None if it has none."""
        role = self.target.get("RoleArn")
        if not role:
            return None
        try:
            return sessions.assume(str(role), self.rule_arn, str(self.target["Id"]))
        except AwsError as error:
            raise DeliveryFailed("FAILED_TO_ASSUME_ROLE", str(error)) from error


class Target:
    """A kind of target. Subclasses are stateless; one instance serves every target of the kind."""

    service: ClassVar[str]
    # What the resource part of the ARN begins with.
    resource_prefix: ClassVar[str] = ""
    noun: ClassVar[str]
    members: ClassVar[Collection[str]] = frozenset()
    requires_role: ClassVar[bool] = False
    accepts_role: ClassVar[bool] = True
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-cross-account.html
    other_accounts: ClassVar[bool] = False
    other_regions: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _kinds.append(cls())

    def check(self, target: Mapping[str, Any]) -> None:
        """Refuse members that this kind does not have, by name; raises ValidationException."""
        allowed = {*COMMON_MEMBERS, *self.members} | ({"RoleArn"} if self.accepts_role else set())
        for name in target:
            if name not in allowed:
                raise ValidationException(
                    f"unsupported by the local cloud: {name} of a target that is {self.noun}; "
                    f"supported: {', '.join(sorted(allowed))}"
                )
        if self.requires_role and not target.get("RoleArn"):
            raise ValidationException(f"RoleArn is required for target {target['Arn']}.")

    def check_place(self, target: Mapping[str, Any], account: str, region: str) -> None:
        """Refuse a target in another account or region than its rule's, where the kind has none there.
        The words are the local cloud's: AWS publishes none."""
        there = str(target["Arn"]).split(":")
        for what, ours, theirs, allowed in (
            ("account", account, there[4], self.other_accounts),
            ("region", region, there[3], self.other_regions),
        ):
            if ours == theirs:
                continue
            if not allowed:
                raise ValidationException(
                    f"{target['Arn']} is in another {what} than its rule ({ours}), which a target "
                    f"that is {self.noun} cannot be"
                )
            if not target.get("RoleArn"):
                raise ValidationException(f"RoleArn is required for target {target['Arn']}.")

    def send(self, delivery: Delivery) -> None:
        """Deliver once."""
        raise NotImplementedError


_kinds: list[Target] = []


def kind_of(arn: str) -> Target:
    """The kind of target that an ARN names; raises ValidationException naming it and the known."""
    parts = arn.split(":", 5)
    if len(parts) == 6 and parts[0] == "arn":
        for kind in _kinds:
            if parts[2] == kind.service and parts[5].startswith(kind.resource_prefix):
                return kind
    raise ValidationException(
        f"unsupported by the local cloud: event target {arn!r}; supported: "
        f"{', '.join(sorted(kind.noun for kind in _kinds))}"
    )


_NO_RESOURCE = ("NotFound", "NonExistent", "DoesNotExist", "NoSuch", "QueueDoesNotExist")
_NO_PERMISSIONS = ("AccessDenied", "NotAuthorized", "UnauthorizedOperation", "AuthorizationError")
_THROTTLING = ("Throttl", "TooManyRequests", "RequestLimitExceeded", "LimitExceeded")


def failure_of(error: Exception) -> DeliveryFailed:
    """Sort an error of a target's API into AWS's codes; only some are worth another attempt.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html: no retry for missing
    permissions or targets. That a request the target calls invalid is not retried is assumed.
    """
    if isinstance(error, DeliveryFailed):
        return error
    if isinstance(error, BotoCoreError):
        return DeliveryFailed("SDK_CLIENT_ERROR", str(error), retriable=True)
    if not isinstance(error, ClientError):
        return DeliveryFailed("INTERNAL_ERROR", repr(error), retriable=True)
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    message = str(error)
    if any(word in code for word in _NO_PERMISSIONS):
        return DeliveryFailed("NO_PERMISSIONS", message)
    if any(word in code for word in _NO_RESOURCE) or status == 404:
        return DeliveryFailed("NO_RESOURCE", message)
    if any(word in code for word in _THROTTLING) or status == 429:
        return DeliveryFailed("THROTTLING", message, retriable=True)
    if status >= 500 and status != 501:
        return DeliveryFailed("ERROR_FROM_TARGET", message, retriable=True)
    return DeliveryFailed("INVALID_PARAMETER", message)
