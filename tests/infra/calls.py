"""The AWS calls in a function's code, found without running it, and as whom each is made.

A call is an attribute that is an operation of a service which the code makes clients of, `s3.get_object`,
or the operation's name as a text, as a paginator takes it. Of the shared package only what is reached
from the function's own modules counts, definition by definition.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import botocore.session
from botocore import xform_name

from infra.assets import SHARED, asset_files

# Operations that are not authorised under their own name, or not under their service's.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
ACTIONS = {"s3:HeadObject": "s3:GetObject", "s3:ListObjectsV2": "s3:ListBucket"}
PREFIXES = {"sagemaker-runtime": "sagemaker"}
# What makes a client: with the function's role, a stage's deployment role, credentials handed over.
CLIENT, CLIENT_IN, CLIENT_WITH = "client", "client_in", "client_with"
# In classes that wrap it, the name of the method that calls client_in.
WRAPPED = "_client"


@dataclass
class Calls:
    """IAM actions by who calls them."""

    own: set[str] = field(default_factory=set)
    """As the function."""
    stage: set[str] = field(default_factory=set)
    """As the deployment role of a stage."""


@cache
def operations(service: str) -> dict[str, str]:
    """A service's operations by boto3's names for them."""
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


def calls_of(directory: str) -> Calls:
    """The calls of the function in a folder of `lambdas/`."""
    own, shared = _modules(directory)
    found = Calls()
    stage_services = {name for tree in own for name in _services(tree, CLIENT_IN, WRAPPED)}
    services = {name for tree in own for name in _services(tree, CLIENT)} | stage_services
    reached = list(_reached(own, shared))
    services |= {name for node in reached for name in _services(node, CLIENT)}
    for tree in own:
        for service, operation in _operations(tree, services):
            calls = found.stage if service in stage_services else found.own
            calls.add(_action(service, operation))
    for node in reached:
        # With the credentials of the job's action, not the function's own.
        if any(True for _ in _calls(node, CLIENT_WITH)):
            continue
        for service, operation in _operations(node, services):
            found.own.add(_action(service, operation))
    return found


def _modules(directory: str) -> tuple[list[ast.AST], dict[str, ast.Module]]:
    own, shared = [], {}
    for path in asset_files(directory).values():
        tree = ast.parse(Path(path).read_text(encoding="utf-8"))
        if path.parent == SHARED:
            shared[path.stem] = tree
        else:
            own.append(tree)
    return list(own), shared


def _reached(own: list[ast.AST], shared: dict[str, ast.Module]) -> Iterator[ast.AST]:
    """The definitions of the shared package that are used, and those that they use."""
    pending = [used for tree in own for used in _imports(tree)]
    seen: set[tuple[str, str]] = set()
    while pending:
        module, name = pending.pop()
        if (module, name) in seen or module not in shared:
            continue
        seen.add((module, name))
        tree = shared[module]
        imported = {each: origin for origin, each in _imports(tree)}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
                yield node
                names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
                pending += [(imported.get(each, module), each) for each in names]


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Module and name of everything that is taken from the shared package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{SHARED.name}."):
            for each in node.names:
                yield str(node.module).partition(".")[2], each.name


def _calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in names:
                yield node


def _services(tree: ast.AST, *makers: str) -> set[str]:
    """The services of which clients are made: a text among the arguments."""
    return {
        argument.value
        for call in _calls(tree, *makers)
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def _operations(tree: ast.AST, services: set[str]) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name, receiver = node.attr, ast.unparse(node.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            name, receiver = node.value, ""
        else:
            continue
        having = [service for service in sorted(services) if name in operations(service)]
        if len(having) > 1 or "_" not in name:
            # Which service's, and whether it is one's at all (`re.search`): the variable is named after
            # its service, `self._autoscaling`.
            having = [each for each in having if any(part in receiver for part in each.split("-"))]
        for service in having[:1]:
            yield service, operations(service)[name]


def _action(service: str, operation: str) -> str:
    action = f"{PREFIXES.get(service, service)}:{operation}"
    return ACTIONS.get(action, action)
