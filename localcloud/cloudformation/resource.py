"""One CloudFormation resource type: what a type of ours declares, and what it does.

A type is a subclass of `Resource` in a module of `resources/`, one type per file; importing the
module registers it. The engine (`stack_operation.py`) resolves intrinsic functions, checks the
properties against what the class declares, decides between an update and a replacement, and calls
`create`, `update` and `delete`. A type never sees a template. Model: the resource type contract,
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract.html

    class Repository(Resource):
        type_name = "AWS::CodeCommit::Repository"
        name_property = "RepositoryName"
        properties = frozenset({"RepositoryName", "RepositoryDescription"})
        required = frozenset({"RepositoryName"})
        attributes = frozenset({"Arn", "Name"})

        def create(self, properties, context):
            made = context.client("codecommit").create_repository(...)["repositoryMetadata"]
            return Created(made["repositoryId"], {"Arn": made["Arn"], "Name": ...})
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from moto.utilities.utils import get_partition

from localcloud import clients
from localcloud.errors import AwsError

Properties = Mapping[str, Any]

_SUFFIX = string.ascii_uppercase + string.digits


@dataclass(frozen=True)
class Created:
    """What a resource became: `Ref` answers the physical id, `Fn::GetAtt` the attributes."""

    physical_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """Where and for whom a resource is made."""

    account_id: str
    region: str
    stack_name: str
    stack_id: str
    logical_id: str
    type_name: str = ""
    stack_tags: Mapping[str, str] = field(default_factory=dict)
    credentials: clients.Credentials | None = None
    # Say here that the physical resource exists, before configuring it further: if that fails, it
    # is deleted with the rollback.
    made: Callable[[str], None] = lambda physical_id: None

    @property
    def partition(self) -> str:
        """`aws`, `aws-cn` …"""
        return str(get_partition(self.region))

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client that calls as the stack's role (or as whoever deploys, without one)."""
        return clients.client(
            service, region or self.region, self.credentials, account=self.account_id
        )

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something of this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"

    def generate_name(self, maximum: int = 64, *, lower: bool = False) -> str:
        """A physical name as CloudFormation makes them: stack, logical id, twelve random signs.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html
        Cut in the middle to `maximum` signs (assumed: AWS shortens stack and logical id too).
        """
        suffix = "".join(secrets.choice(_SUFFIX) for _ in range(12))
        room = maximum - len(suffix) - 2
        stack = self.stack_name
        logical = self.logical_id
        if len(stack) + len(logical) > room:
            logical = logical[: max(room // 2, room - len(stack))]
            stack = stack[: room - len(logical)]
        name = f"{stack}-{logical}-{suffix}"
        return name.lower() if lower else name

    def tags(self, own: Iterable[Mapping[str, str]] | None = None) -> list[dict[str, str]]:
        """The resource's tags (`[{"Key", "Value"}]`): the stack's, overridden by its `own`.

        Difference from AWS: the `aws:cloudformation:*` tags are left out, because the services here
        refuse tags that begin with `aws:`.
        """
        merged = dict(self.stack_tags)
        merged.update({tag["Key"]: tag["Value"] for tag in own or ()})
        return [{"Key": key, "Value": str(value)} for key, value in merged.items()]

    def tag_changes(
        self, old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> tuple[list[str], dict[str, str]]:
        """What an update does to the tags: the keys to remove, and the tags to set."""
        tags = {tag["Key"]: tag["Value"] for tag in self.tags(new.get("Tags"))}
        return sorted({tag["Key"] for tag in old.get("Tags", [])} - set(tags)), tags


class Resource:
    """A resource type. Subclasses are stateless; one instance serves every resource of the type."""

    type_name: ClassVar[str]
    # The property that names it; with a value, a replacement is refused as on AWS.
    name_property: ClassVar[str | None] = None
    properties: ClassVar[Collection[str]] = frozenset()
    required: ClassVar[Collection[str]] = frozenset()
    # A change of one of these makes a new resource and deletes the old one.
    create_only: ClassVar[Collection[str]] = frozenset()
    attributes: ClassVar[Collection[str]] = frozenset()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "type_name" in cls.__dict__:
            _types[cls.type_name] = cls()

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        """Make it, and wait until it is ready; any exception fails the resource with its text."""
        raise NotImplementedError

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> Mapping[str, Any] | None:
        """Change it in place to `new`; answers all its attributes, or None if they stay the same."""
        raise AwsError(
            "NotUpdatable", f"unsupported by the local cloud: update of {self.type_name} in place"
        )

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        """Delete it; nothing happens if it is already gone."""
        raise NotImplementedError

    def validate(self, properties: Properties) -> None:
        """Refuse undeclared and missing properties, by name; raises AwsError."""
        check_members(self.type_name, properties, self.properties)
        missing = sorted(set(self.required) - set(properties))
        if missing:
            raise AwsError(
                "ValidationError",
                f"Properties validation failed for resource of type {self.type_name}: "
                f"required properties are missing: {', '.join(missing)}",
            )

    def requires_replacement(self, old: Properties, new: Properties) -> bool:
        """Whether the change from `old` to `new` cannot be made in place."""
        return any(old.get(name) != new.get(name) for name in self.create_only)

    def get_att(self, attribute: str, physical_id: str, known: Properties) -> Any:
        """`Fn::GetAtt`: of the attributes that create or update answered; AwsError for others."""
        if attribute not in known:
            raise AwsError(
                "ValidationError",
                f"Template error: resource {physical_id} does not support attribute type "
                f"{attribute} in Fn::GetAtt; {self.type_name} has: "
                f"{', '.join(sorted(self.attributes)) or 'none'}",
            )
        return known[attribute]


def check_members(where: str, value: Properties, supported: Collection[str]) -> None:
    """Refuse members of `value` that are not supported; `where` is the type and path, for people."""
    for name in value:
        if name not in supported:
            raise AwsError(
                "ValidationError",
                f"unsupported property {name} of {where}; "
                f"supported: {', '.join(sorted(supported)) or 'none'}",
            )


_types: dict[str, Resource] = {}


def find(type_name: str) -> Resource | None:
    """Our implementation of a type, if there is one."""
    return _types.get(type_name)


def type_names() -> list[str]:
    """Every type that the local cloud implements itself, sorted."""
    return sorted(_types)
