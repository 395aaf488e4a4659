"""Resources whose ARN is more than a name: a path, a stage, a bus, a generated part.

What there is on this cloud is looked up; of what is not there (yet), the ARN is made of the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from moto.cloudformation import cloudformation_backends
from moto.iam import iam_backends
from moto.kms import kms_backends
from moto.sagemaker import sagemaker_backends
from moto.secretsmanager import secretsmanager_backends

from localcloud.iam.authorization import owners

if TYPE_CHECKING:
    from localcloud.iam.authorization.resources import Place

Request = Mapping[str, Any]


def stacks(request: Request, place: Place) -> list[str]:
    """A stack by its name or ARN. One that is not there has no id yet: `stack/<name>/*` (assumed)."""
    name = str(request.get("StackName") or "")
    if name.startswith("arn:"):
        return [name]
    known = cloudformation_backends[place.account][place.region].stacks
    found = [str(key) for key, stack in list(known.items()) if stack.name == name]
    return found or ([_arn(place, "cloudformation", f"stack/{name}/*")] if name else [])


def build_projects(request: Request, place: Place) -> list[str]:
    """Projects by name, or by their builds' ids and ARNs."""
    names = _texts(request, "name", "names", "projectName")
    for build in _texts(request, "id", "ids"):
        names.append(build.rpartition("build/")[2].partition(":")[0])
    return [_arn(place, "codebuild", f"project/{name}") for name in names]


def pipeline_stages(request: Request, place: Place) -> list[str]:
    """`<pipeline>/<stage>`."""
    pipeline, stage = request.get("pipelineName"), request.get("stageName")
    return [_arn(place, "codepipeline", f"{pipeline}/{stage}")] if pipeline and stage else []


def pipeline_actions(request: Request, place: Place) -> list[str]:
    """`<pipeline>/<stage>/<action>`."""
    found, action = pipeline_stages(request, place), request.get("actionName")
    return [f"{arn}/{action}" for arn in found] if action else []


def event_buses(request: Request, place: Place) -> list[str]:
    """Buses by name or ARN; an entry of PutEvents without one goes to the default bus."""
    entries = request.get("Entries")
    if isinstance(entries, list):
        events = [each for each in entries if isinstance(each, dict)]
        names = [str(each.get("EventBusName") or "default") for each in events]
    else:
        names = _texts(request, "Name", "EventBusName", "EventSourceArn")
    return [
        name if name.startswith("arn:") else _arn(place, "events", f"event-bus/{name}")
        for name in names
    ]


def rules_of_default_bus(request: Request, place: Place) -> list[str]:
    """`rule/<name>`."""
    if _bus(request) != "default":
        return []
    return [_arn(place, "events", f"rule/{name}") for name in _texts(request, "Name", "Rule")]


def rules_of_custom_buses(request: Request, place: Place) -> list[str]:
    """`rule/<bus>/<name>`."""
    bus = _bus(request)
    if bus == "default":
        return []
    return [_arn(place, "events", f"rule/{bus}/{name}") for name in _texts(request, "Name", "Rule")]


def functions(request: Request, place: Place) -> list[str]:
    """Functions by name, partial or whole ARN; a qualifier is part of the resource."""
    found = []
    for name in _texts(request, "FunctionName"):
        part = name.rpartition("function:")[2]
        qualifier = request.get("Qualifier")
        whole = f"{part}:{qualifier}" if qualifier and ":" not in part else part
        arn = name.rpartition("function:")[0] if name.startswith("arn:") else ""
        found.append(
            f"{arn}function:{whole}" if arn else _arn(place, "lambda", f"function:{whole}")
        )
    return found


def log_groups(request: Request, place: Place) -> list[str]:
    """`log-group:<name>:log-stream:<stream, if any>`, as CloudWatch Logs writes it in its denials."""
    names = _texts(
        request, "logGroupName", "logGroupIdentifier", "logGroupNames", "logGroupIdentifiers"
    )
    names += _texts(request, "logGroupNamePrefix")
    stream = request.get("logStreamName") or ""
    return [
        name
        if name.startswith("arn:")
        else _arn(place, "logs", f"log-group:{name}:log-stream:{stream}")
        for name in names
    ]


def log_streams(request: Request, place: Place) -> list[str]:
    """The same; without a stream's name, the group's."""
    return log_groups(request, place)


def pipeline_executions(request: Request, place: Place) -> list[str]:
    """An execution by its ARN, or by the token of one of its callbacks."""
    arns = _texts(request, "PipelineExecutionArn")
    for token in _texts(request, "CallbackToken"):
        backend: Any = sagemaker_backends[place.account][place.region]
        arns += [
            each.arn
            for each in list(backend.pipeline_executions.values())
            if token in each.callbacks
        ]
    return arns


def queues(request: Request, place: Place) -> list[str]:
    """A queue's URL ends with its account and name."""
    found = []
    for url in _texts(request, "QueueUrl"):
        account, _, name = "/".join(url.rstrip("/").split("/")[-2:]).partition("/")
        found.append(f"arn:{place.partition}:sqs:{place.region}:{account}:{name}")
    return found + [_arn(place, "sqs", name) for name in _texts(request, "QueueName")]


def parameters(request: Request, place: Place) -> list[str]:
    """Parameters by name, which begins with a slash or not, with a version or label or not."""
    names = _texts(request, "Name", "Names", "Path")
    if request.get("ResourceType") == "Parameter":  # of the operations on tags
        names += _texts(request, "ResourceId")
    return [
        ":".join(name.split(":")[:6])
        if name.startswith("arn:")
        else _arn(place, "ssm", f"parameter/{name.partition(':')[0].lstrip('/')}")
        for name in names
    ]


def report_groups(request: Request, place: Place) -> list[str]:
    """A report group by its name or ARN; a report is its group's (the reference has no other type)."""
    arns = _texts(request, "arn", "reportArn", "reportArns", "reportGroupArn", "reportGroupArns")
    groups = [re.sub(r":report/(.*):[^:]*$", r":report-group/\1", arn) for arn in arns]
    return groups + [_arn(place, "codebuild", f"report-group/{n}") for n in _texts(request, "name")]


def secrets(request: Request, place: Place) -> list[str]:
    """A secret by name or ARN; its ARN ends with six letters that its name lacks."""
    found = []
    for name in _texts(request, "SecretId", "Name"):
        known = list(secretsmanager_backends[place.account][place.region].secrets.values())
        arns = [each.arn for each in known if name in (each.name, each.arn)]
        found += arns or [_arn(place, "secretsmanager", f"secret:{name}-??????")]
    return found


def keys(request: Request, place: Place) -> list[str]:
    """A KMS key by id, ARN or alias, or by what it has encrypted: a policy names the key."""
    found = []
    for name in _texts(request, "KeyId", "TargetKeyId", "DestinationKeyId"):
        made = name if name.startswith("arn:") else _arn(place, "kms", f"key/{name}")
        found += known_keys(name, place) or [made]
    source = None if "KeyId" in request else owners.key_of_ciphertext(request)
    return [*found, source] if source else found


def known_keys(name: str, place: Place) -> list[str]:
    """The ARN of the key of this name in a place, or where its own ARN says; empty if there is none."""
    parts = name.split(":", 5)
    whole = parts[0] == "arn" and len(parts) == 6
    region, account = parts[3:5] if whole else (place.region, place.account)
    if account not in kms_backends or region not in kms_backends[account]:
        return []
    backend = kms_backends[account][region]
    key = backend.keys.get(backend.any_id_to_key_id(name))
    return [str(key.arn)] if key else []


def roles(request: Request, place: Place) -> list[str]:
    """Roles by name, with their path."""
    return _principals(request, place, "role", ("RoleName",))


def users(request: Request, place: Place) -> list[str]:
    """Users by name, with their path."""
    return _principals(request, place, "user", ("UserName",))


def groups(request: Request, place: Place) -> list[str]:
    """Groups by name, with their path."""
    return _principals(request, place, "group", ("GroupName",))


def policies(request: Request, place: Place) -> list[str]:
    """A managed policy by its ARN, or by the name of a new one."""
    names = _texts(request, "PolicyName")
    return _texts(request, "PolicyArn") or [
        f"arn:{place.partition}:iam::{place.account}:policy{request.get('Path') or '/'}{name}"
        for name in names
    ]


def _principals(request: Request, place: Place, kind: str, members: Iterable[str]) -> list[str]:
    arns = [arn for arn in _texts(request, "PolicySourceArn") if f":{kind}/" in arn]
    backend = iam_backends[place.account][place.partition]
    known: Mapping[str, Any] = {
        "role": {role.name: role for role in list(backend.roles.values())},
        "user": backend.users,
        "group": backend.groups,
    }[kind]
    for name in _texts(request, *members):
        found = known.get(name)
        path = request.get("Path") or "/"
        arns.append(
            str(found.arn)
            if found
            else f"arn:{place.partition}:iam::{place.account}:{kind}{path}{name}"
        )
    return arns


def _bus(request: Request) -> str:
    return str(request.get("EventBusName") or "default").rpartition("event-bus/")[2]


def _texts(request: Request, *names: str) -> list[str]:
    found: list[str] = []
    for name in names:
        value = request.get(name)
        values = value if isinstance(value, list) else [value]
        found += [item for item in values if isinstance(item, str) and item]
    return found


def _arn(place: Place, service: str, resource: str) -> str:
    return f"arn:{place.partition}:{service}:{place.region}:{place.account}:{resource}"
