"""What a request's members are made of: a wrong type is refused before any operation sees it.

As on AWS, where a service first reads a request by its model: a value of another type is a
SerializationException (codes and texts observed), a member that must be there and is not a
ValidationException, and `null` is the same as nothing. SDKs check most of this before they send.
Only for services of ours that speak JSON; botocore's models say what each member is.
CodeCommit has an exception of its own for each required member, and checks them itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from botocore.model import OperationNotFoundError, Shape
from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model

from localcloud import operations
from localcloud.errors import AwsError, ValidationException
from localcloud.request_shapes import require_type, serialization_error

CHECKS_REQUIRED_ITSELF = frozenset({"codecommit"})
# Deeper than any model; Python's own parser gives up at about a thousand.
DEEPEST = 200
NAMES = frozenset({"FunctionName", "NamePrefix"})


def check(response: BaseResponse, operation: str | None) -> None:
    """Refuse a request that is not of its operation's model; AwsError. Takes out what is null."""
    if operation is None:
        raise AwsError("UnknownOperationException", f"{response.method} {response.path[:300]}", 404)
    if operations.let_through(type(response)) is None:
        return
    model = get_service_model(response.boto3_service_name)
    try:
        shape = model.operation_model(operation).input_shape
    except OperationNotFoundError:
        return
    protocols = model.metadata.get("protocols") or [model.metadata.get("protocol")]
    # CloudWatch also takes the older form of query services, whose members are all texts.
    if shape is None or not {"json", "rest-json"} & set(protocols) or _is_query(response):
        return
    located = {name: member.serialization.get("location") for name, member in shape.members.items()}
    _check_located(response, shape)
    payload = shape.serialization.get("payload")
    if payload is not None and shape.members[payload].type_name == "blob":
        return
    sent = _body(response)
    kept = _without_nulls(sent)
    # No body at all is one without members, which moto does not take for JSON.
    if kept != sent or not response.body:
        response.body = json.dumps(kept)
        # moto has read some services' requests already.
        if response.automated_parameter_parsing:
            response.params = _without_nulls(response.params)
    members = {name: member for name, member in shape.members.items() if not located[name]}
    for name, member in members.items():
        if name in kept:
            require_type(member, kept[name])
            if name in NAMES:
                _check_name(name, member, kept[name])
    if response.boto3_service_name not in CHECKS_REQUIRED_ITSELF:
        missing = [
            path
            for name, member in members.items()
            for path in _missing(name, member, kept.get(name), name in shape.required_members, "")
        ]
        if missing:
            raise _null(missing)


def _is_query(response: BaseResponse) -> bool:
    return str(response.headers.get("Content-Type", "")).startswith(
        "application/x-www-form-urlencoded"
    )


def _body(response: BaseResponse) -> dict[str, Any]:
    text = response.body
    if not text:
        return {}
    try:
        sent = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise serialization_error(f"the body is no JSON: {error}") from None
    if not isinstance(sent, dict):
        raise serialization_error("Start of structure expected where not found.")
    _check_depth(sent, 0)
    return sent


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _check_depth(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise serialization_error("the body is nested too deep")
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _check_depth(item, depth + 1)
    elif isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise serialization_error("a string has half a character") from None


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value


def _check_located(response: BaseResponse, shape: Shape) -> None:
    """Numbers and truths in the query and in headers, which come as texts; no NUL in the path."""
    if "\0" in unquote(response.path):
        raise serialization_error("the path has a NUL character")
    for name, member in shape.members.items():
        where = member.serialization.get("location")
        given = member.serialization.get("name", name)
        text: Any = None
        if where == "querystring":
            text = (response.querystring.get(given) or [None])[0]
        elif where == "header":
            text = response.headers.get(given)
        elif where == "uri" and response.boto3_service_name == "lambda":
            _check_name(name, member, unquote(response.uri_match.get(given) or ""))
        if text is not None and member.type_name in ("integer", "long"):
            try:
                int(text)
            except (ValueError, TypeError):
                raise serialization_error(f"{text!r} at '{given}' is no number") from None


def _check_name(name: str, shape: Shape, value: str) -> None:
    """A name that becomes a folder's, part of an ARN or (`NamePrefix`) of an expression."""
    pattern, most = shape.metadata.get("pattern"), shape.metadata.get("max")
    constraint = None
    if pattern and not re.fullmatch(pattern, value):
        constraint = f"satisfy regular expression pattern: {pattern}"
    elif most and len(value) > most:
        constraint = f"have length less than or equal to {most}"
    if constraint:
        raise ValidationException(
            f"1 validation error detected: Value '{value[:300]}' at '{name[0].lower()}{name[1:]}' "
            f"failed to satisfy constraint: Member must {constraint}"
        )


def _missing(name: str, shape: Shape, value: Any, is_required: bool, path: str) -> Iterator[str]:
    """The paths of the members that must be there and are not, as AWS writes them."""
    here = f"{path}.{name[0].lower()}{name[1:]}" if path else f"{name[0].lower()}{name[1:]}"
    if value is None:
        if is_required:
            yield here
    elif shape.type_name == "structure" and not getattr(shape, "is_document_type", False):
        for below, member in shape.members.items():
            needed = below in shape.required_members
            yield from _missing(below, member, value.get(below), needed, here)
    elif shape.type_name == "list" and shape.member.type_name == "structure":
        for number, item in enumerate(value, start=1):
            for below, member in shape.member.members.items():
                needed = below in shape.member.required_members
                yield from _missing(
                    below, member, item.get(below), needed, f"{here}.{number}.member"
                )


def _null(paths: list[str]) -> AwsError:
    noun = "error" if len(paths) == 1 else "errors"
    told = "; ".join(
        f"Value null at '{path}' failed to satisfy constraint: Member must not be null"
        for path in paths
    )
    return ValidationException(f"{len(paths)} validation {noun} detected: {told}")
