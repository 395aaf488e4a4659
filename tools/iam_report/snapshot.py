"""One cloud's roles and calls, taken through IAM's and CloudFormation's own APIs, as a file of JSON.

The random part of names is left out (`${Abalone-ModelBuild/ArtifactBucket7410C9EF}`), so that the snapshots
of several clouds are of the same roles. The roles of `cdk bootstrap` are the CDK's own and are not judged.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

BOOTSTRAP = "CDKToolkit"


@dataclass(frozen=True)
class Call:
    """One kind of call by one role, and how often it was made."""

    role: str
    action: str
    resource: str
    allowed: bool
    reason: str
    count: int = 1


@dataclass(frozen=True)
class Snapshot:
    """Roles with the statements that allow, and all calls; a role is `<stack>/<logical id>`."""

    statements: Mapping[str, list[dict[str, Any]]]
    calls: tuple[Call, ...]

    def as_json(self) -> str:
        """The file's content."""
        return json.dumps(
            {"statements": self.statements, "calls": [vars(call) for call in self.calls]}
        )


def take(endpoint_url: str, region: str, calls_file: Path) -> Snapshot:
    """The present state of a running cloud: the roles of its stacks, but for the CDK's own."""
    session = boto3.Session(
        aws_access_key_id="report", aws_secret_access_key="report", region_name=region
    )
    iam = session.client("iam", endpoint_url=endpoint_url)
    cloudformation = session.client("cloudformation", endpoint_url=endpoint_url)
    stacks = _stacks(cloudformation)
    statements = {}
    for stack in stacks:
        if stack.startswith(BOOTSTRAP):
            continue
        # A role that the template names has that name here too.
        for role in _roles_of(cloudformation, stack):
            name = bare(without_random_part(role, stacks))
            allowing = json.dumps(list(_allowing(iam, role)))
            statements[name] = json.loads(without_random_part(allowing, stacks))
    return Snapshot(statements, calls_of(calls_file, stacks))


def calls_of(file: Path, stacks: Iterable[str]) -> tuple[Call, ...]:
    """The calls of roles that a cloud, running or ended, has written down."""
    counted: Counter[tuple[Any, ...]] = Counter()
    known = list(stacks)
    for line in file.read_text().splitlines():
        call = json.loads(without_random_part(line, known))
        if ":role/" in call["principal"]:  # else a person or a service
            role = bare(str(call["principal"]).rpartition("role/")[2])
            counted[(role, call["action"], call["resource"], call["allowed"], call["reason"])] += 1
    return _calls(counted)


def without_random_part(text: str, stacks: Iterable[str]) -> str:
    """`text` with each name that CloudFormation made as `${<stack>/<logical id>}`.

    A name is `<stack>-<logical id>-<random>`, in lower case for buckets, and cut where the service takes
    no longer one; the same for all clouds, in policies as in calls.
    """
    for stack in stacks:
        # In lower case it is a bucket: an endpoint's name, say, may begin as a stack's does.
        for name in (rf"\b({re.escape(stack)})", rf"(?<=:::)({re.escape(stack.lower())})"):
            pattern = name + r"-([A-Za-z0-9]+)-[A-Za-z0-9]{8,13}\b"
            text = re.sub(pattern, r"${\1/\2}", text)
    return text


def bare(name: str) -> str:
    """A role's name without the signs around it."""
    return name.removeprefix("${").removesuffix("}")


def read(directory: Path) -> Snapshot:
    """All snapshots of a directory together. Raises ValueError when there is none."""
    files = sorted(directory.glob("*.json"))
    if not files:
        raise ValueError(f"{directory} has no snapshot (*.json): run `make iam-report`")
    statements: dict[str, list[dict[str, Any]]] = {}
    calls: Counter[tuple[Any, ...]] = Counter()
    for file in files:
        content = json.loads(file.read_text())
        for role, listed in content["statements"].items():
            known = statements.setdefault(role, [])
            known += [each for each in listed if each not in known]
        for call in content["calls"]:
            count = call.pop("count")
            calls[tuple(call.values())] += count
    return Snapshot(dict(sorted(statements.items())), _calls(calls))


def _calls(counted: Mapping[tuple[Any, ...], int]) -> tuple[Call, ...]:
    return tuple(Call(*(*each, count)) for each, count in sorted(counted.items()))


def _stacks(cloudformation: Any) -> list[str]:
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    return [str(stack["StackName"]) for page in pages for stack in page["Stacks"]]


def _roles_of(cloudformation: Any, stack: str) -> Iterator[str]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    for page in pages:
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] == "AWS::IAM::Role":
                yield str(resource["PhysicalResourceId"])


def _allowing(iam: Any, role: str) -> Iterator[dict[str, Any]]:
    documents = []
    for page in iam.get_paginator("list_role_policies").paginate(RoleName=role):
        for name in page["PolicyNames"]:
            got = iam.get_role_policy(RoleName=role, PolicyName=name)
            documents.append(got["PolicyDocument"])
    for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=role):
        for each in page["AttachedPolicies"]:
            policy = iam.get_policy(PolicyArn=each["PolicyArn"])["Policy"]
            version = iam.get_policy_version(
                PolicyArn=each["PolicyArn"], VersionId=policy["DefaultVersionId"]
            )
            documents.append(version["PolicyVersion"]["Document"])
    for document in documents:
        listed = document["Statement"]
        for statement in listed if isinstance(listed, list) else [listed]:
            if statement["Effect"] == "Allow":
                yield statement
