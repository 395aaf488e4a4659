"""What a kind of action declares and does; one kind per module of this package.

An action provider is a subclass of `ActionProvider`; importing the package registers it. `run` works
until the action has ended: it answers a `Result` or raises `ActionFailed`. It waits only through
`ActionContext.wait_until`, which also ends when the action is given up.
https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from botocore.exceptions import BotoCoreError, ClientError

from localcloud import clients
from localcloud.cloud import current
from localcloud.codepipeline.records import ActionRun, Artifact, Override, SourceRevision


class ActionFailed(Exception):
    """The action ends as Failed; `code` is one of the API's failure types."""

    def __init__(self, message: str, code: str = "JobFailed") -> None:
        super().__init__(message)
        self.code = code


class ActionAbandoned(Exception):
    """The action was given up: nobody waits for its result."""


@dataclass(frozen=True)
class ActionType:
    """An action type, what it must and may be configured with, and how many artifacts it takes."""

    category: str
    provider: str
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    inputs: tuple[int, int] = (0, 0)
    outputs: tuple[int, int] = (0, 0)
    owner: str = "AWS"
    version: str = "1"

    def __str__(self) -> str:
        return f"{self.category}/{self.provider}"


@dataclass(frozen=True)
class Result:
    """How an action succeeded."""

    variables: Mapping[str, str] = field(default_factory=dict)
    revision: SourceRevision | None = None


@dataclass(frozen=True)
class ActionContext:
    """One run of an action, as its provider sees it."""

    pipeline_name: str
    pipeline_arn: str
    account_id: str
    region: str
    configuration: Mapping[str, str]
    run: ActionRun
    credentials: clients.Credentials
    encryption_key: Mapping[str, str] | None
    override: Override | None
    # Sets members of the run and lets everybody look again.
    update: Callable[..., None]

    @property
    def timeout_minutes(self) -> int | None:
        """The action's own `timeoutInMinutes`."""
        given = self.run.declaration.get("timeoutInMinutes")
        return None if given is None else int(given)

    def client(self, service: str) -> Any:
        """A client as the action's role (or the pipeline's, if the action has none)."""
        return clients.client(service, self.region, self.credentials)

    def wait_until(
        self, condition: Callable[[], bool], timeout_seconds: float, *, recheck_seconds: float = 1.0
    ) -> bool:
        """Wait for a condition; False when time is up. Raises ActionAbandoned."""
        cloud = current()

        def ended() -> bool:
            return self.run.abandoned.is_set() or condition()

        met = cloud.changes.wait_until(
            ended, timeout_seconds, stop=cloud.stopping, recheck_seconds=recheck_seconds
        )
        if self.run.abandoned.is_set() or cloud.stopping.is_set():
            raise ActionAbandoned
        return met

    def put_output(self, artifact: Artifact, content: bytes) -> None:
        """Write an output artifact into the store, as the action's role."""
        encryption: dict[str, str] = {"ServerSideEncryption": "aws:kms"}
        if self.encryption_key:
            encryption["SSEKMSKeyId"] = self.encryption_key["id"]
        else:
            encryption = {}
        try:
            self.client("s3").put_object(
                Bucket=artifact.bucket, Key=artifact.key, Body=content, **encryption
            )
        except (ClientError, BotoCoreError) as error:
            raise store_failure(artifact.bucket, error) from error


class ActionProvider:
    """A kind of action. Subclasses are stateless; one instance serves every action of the kind."""

    type: ClassVar[ActionType]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _providers[(cls.type.category, cls.type.provider)] = cls()

    def entity_url(self, configuration: Mapping[str, str], region: str) -> str | None:
        """The console's page of what the action works with."""
        return None

    def run(self, context: ActionContext) -> Result:
        """Do the work; raises ActionFailed."""
        raise NotImplementedError


_providers: dict[tuple[str, str], ActionProvider] = {}


def find(category: str, provider: str) -> ActionProvider | None:
    """The provider of an action type, if the local cloud has it."""
    return _providers.get((category, provider))


def supported() -> list[str]:
    """Every action type that the local cloud has, as `category/provider`."""
    return sorted(str(provider.type) for provider in _providers.values())


def service_failure(call: str, service: str, error: ClientError | BotoCoreError) -> ActionFailed:
    """A refused call of another service, in the words that CodePipeline uses.

    Observed for CodeBuild: `Error calling startBuild: User: … is not authorized to perform: … (Service:
    AWSCodeBuild; Status Code: 400; Error Code: AccessDeniedException; Request ID: …; Proxy: null)`,
    https://github.com/aws-quickstart/cdk-eks-blueprints/issues/483; for other services assumed.
    """
    if not isinstance(error, ClientError):
        return ActionFailed(f"Error calling {call}: {error}", "SystemUnavailable")
    detail = error.response.get("Error", {})
    meta = error.response.get("ResponseMetadata", {})
    code = str(detail.get("Code", "Unknown"))
    kind = "PermissionError" if "AccessDenied" in code else "ConfigurationError"
    return ActionFailed(
        f"Error calling {call}: {detail.get('Message', error)} (Service: {service}; Status Code: "
        f"{meta.get('HTTPStatusCode')}; Error Code: {code}; Request ID: "
        f"{meta.get('RequestId')}; Proxy: null)",
        kind,
    )


def store_failure(bucket: str, error: ClientError | BotoCoreError) -> ActionFailed:
    """A refused access to the artifact store.

    Observed: https://github.com/aws/aws-cdk/issues/14156; the text for a bucket or object that is not
    there: https://docs.aws.amazon.com/codepipeline/latest/userguide/troubleshooting.html.
    """
    if not isinstance(error, ClientError):
        return ActionFailed(f"Amazon S3: {error}", "SystemUnavailable")
    detail = error.response.get("Error", {})
    meta = error.response.get("ResponseMetadata", {})
    code = str(detail.get("Code", "Unknown"))
    said = (
        f"Amazon S3:{code}:{detail.get('Message', '')} (Service: Amazon S3; Status Code: "
        f"{meta.get('HTTPStatusCode')}; Error Code: {code}; Request ID: {meta.get('RequestId')})"
    )
    if code in ("AccessDenied", "403"):
        return ActionFailed(
            "The service role or action role doesn\u2019t have the permissions required to access "
            f"the Amazon S3 bucket named {bucket}. Update the IAM role permissions, and then try "
            f"again. Error: {said}",
            "PermissionError",
        )
    return ActionFailed(
        "The action failed because either the artifact or the Amazon S3 bucket could not be found. "
        f"Name of artifact bucket: {bucket}. Verify that this bucket exists. If it exists, check "
        f"the life cycle policy, then try releasing a change. Error: {said}",
        "ConfigurationError",
    )
