"""The expressions of a pipeline definition: `Get`, `Std:Join` and `Std:JsonGet`, parsed and resolved.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-properties.html
https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-propertyfile.html
Pure: what lies outside of the expression is asked of a `Scope`. `Std:JsonGet` paths may have names and
indexes (`a.b[0]['c']`, with or without `$`); wildcards and filters of JSONPath are refused.
Assumed: numbers are joined as JSON writes them (a float of 6 is `6.0`), and truth values in lower
case (observed for a condition's outcome).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

GET = "Get"
JOIN = "Std:Join"
JSON_GET = "Std:JsonGet"
EXECUTION_VARIABLES = (
    "CurrentDateTime",
    "PipelineArn",
    "PipelineExecutionArn",
    "PipelineExecutionId",
    "PipelineName",
    "StartDateTime",
)
PROPERTY_FILES = "PropertyFiles"
_TOKEN = re.compile(r"\.?(?P<name>[^.\[\]]+)|\[(?P<index>-?\d+)\]|\['(?P<key>[^']*)'\]")

Path = tuple[str | int, ...]


class ExpressionError(Exception):
    """An expression that is malformed, or has no value; the text is for the step's FailureReason."""


@dataclass(frozen=True)
class Reference:
    """What a `Get` names: `Parameters.<name>`, `Execution.<name>` or `Steps.<name>.<path>`."""

    root: str
    name: str
    path: Path = ()

    def __str__(self) -> str:
        return ".".join((self.root, self.name, *map(str, self.path)))


class Scope(Protocol):
    """Where the values of an execution come from; each raises ExpressionError if there is none."""

    def parameter(self, name: str) -> Any:
        """The value of a pipeline parameter, of its declared type."""
        ...

    def execution_variable(self, name: str) -> Any:
        """The value of one of EXECUTION_VARIABLES."""
        ...

    def step_properties(self, step: str) -> Mapping[str, Any]:
        """What a step that has succeeded made available: the Describe response of its job."""
        ...

    def property_file(self, step: str, name: str) -> Any:
        """The parsed content of a step's property file."""
        ...

    def json_object(self, uri: str) -> Any:
        """The parsed content of a JSON object in S3."""
        ...


def is_expression(value: Any) -> bool:
    """Whether a value of the definition stands for another one."""
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in _RESOLVERS


def parse_get(text: Any) -> Reference:
    """The reference that the text of a `Get` is."""
    if not isinstance(text, str):
        raise ExpressionError(f"a Get needs a string, not {text!r}")
    root, _, rest = text.partition(".")
    tokens = parse_path(rest)
    if root not in ("Parameters", "Execution", "Steps") or not tokens or tokens[0] == "":
        raise ExpressionError(
            f"'{text}' is no reference: it must begin with Parameters., Execution. or Steps."
        )
    return Reference(root, str(tokens[0]), tokens[1:])


def parse_path(text: str) -> Path:
    """`Outputs['train'].S3Uri` as ("Outputs", "train", "S3Uri"); indexes become integers."""
    tokens: list[str | int] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match["name"] == "*":
            raise ExpressionError(
                f"unsupported by the local cloud: path '{text}'; supported: names and indexes, as "
                "in a.b[0]['c']"
            )
        if match["index"] is not None:
            tokens.append(int(match["index"]))
        else:
            tokens.append(match["name"] if match["name"] is not None else match["key"])
        position = match.end()
    return tuple(tokens)


def references(value: Any) -> Iterator[Reference]:
    """Every reference within a value of the definition, however deep."""
    if isinstance(value, Mapping):
        if is_expression(value) and GET in value:
            yield parse_get(value[GET])
            return
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def resolve(value: Any, scope: Scope) -> Any:
    """The value with every expression in it replaced by what it stands for."""
    if is_expression(value):
        name, argument = next(iter(value.items()))
        return _RESOLVERS[name](argument, scope)
    if isinstance(value, Mapping):
        return {name: resolve(item, scope) for name, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, scope) for item in value]
    return value


def render(value: Any) -> str:
    """A value as part of a text."""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def look_up(value: Any, path: Path, what: str) -> Any:
    """Follow a path into a value; a name picks from a list the element that carries it as its name
    (`Outputs['train']` is the output whose OutputName is `train`)."""
    for token in path:
        found = _member(value, token)
        if found is None:
            raise ExpressionError(f"{what} has no value at '{token}'")
        value = found[0]
    return value


def _member(value: Any, token: str | int) -> tuple[Any] | None:
    if isinstance(value, Mapping):
        return (value[token],) if token in value else None
    if isinstance(value, list) and isinstance(token, int):
        return (value[token],) if -len(value) <= token < len(value) else None
    if isinstance(value, list):
        for item in value:
            if isinstance(item, Mapping) and any(
                name.endswith("Name") and item[name] == token for name in item
            ):
                return (item,)
    return None


def _get(text: Any, scope: Scope) -> Any:
    reference = parse_get(text)
    if reference.root == "Parameters":
        return scope.parameter(reference.name)
    if reference.root == "Execution":
        return scope.execution_variable(reference.name)
    properties = scope.step_properties(reference.name)
    return look_up(properties, reference.path, f"'{text}'")


def _join(argument: Any, scope: Scope) -> str:
    values = resolve(argument["Values"], scope)
    return str(argument.get("On", "")).join(render(value) for value in values)


def _json_get(argument: Any, scope: Scope) -> Any:
    path = parse_path(json_path(argument))
    if "S3Uri" in argument:
        uri = render(resolve(argument["S3Uri"], scope))
        return look_up(scope.json_object(uri), path, f"'{argument['Path']}' of {uri}")
    reference = parse_get(argument["PropertyFile"][GET])
    file = str(reference.path[1])
    content = scope.property_file(reference.name, file)
    return look_up(content, path, f"'{argument['Path']}' of property file '{file}'")


def json_path(argument: Mapping[str, Any]) -> str:
    """The path of a `Std:JsonGet`, without the `$` that may stand for the whole document."""
    return str(argument.get("Path") or "").removeprefix("$").removeprefix(".")


_RESOLVERS: dict[str, Callable[[Any, Scope], Any]] = {
    GET: _get,
    JOIN: _join,
    JSON_GET: _json_get,
}
