"""What a target gets of an event: Input, InputPath or InputTransformer. Pure.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
A variable that stands for a whole JSON value is written as JSON (a string gets its quotes); inside a
string it is written as text, and is not escaped. A path that finds nothing makes no variable, and
nothing is written for it. Difference: paths are names, ['names'] and [indices] only; anything else of
JSONPath is refused when the target is put (AWS validates nothing there).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from localcloud.errors import ValidationException

MAXIMUM_PATHS = 100
MAXIMUM_TEXT = 8192
MAXIMUM_PATH = 256
_STEP = re.compile(r"\.([^.\[\]'\"*()@?:,]+)|\['([^']+)'\]|\[\"([^\"]+)\"\]|\[(-?\d+)\]")
_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_VARIABLE = re.compile(r"<([^<>\s]+)>")
_RESERVED = "aws."
_ABSENT = object()


def payload(target: Mapping[str, Any], event: Mapping[str, Any], rule_arn: str) -> str:
    """The text to send: the event itself, unless the target says otherwise.

    `event` may carry `ingestion-time`, which is a variable and not a part of the event.
    """
    sent = {name: value for name, value in event.items() if name != "ingestion-time"}
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        found = find(target["InputPath"], sent)
        return "" if found is _ABSENT else _as_json(found)
    if "InputTransformer" in target:
        transformer = target["InputTransformer"]
        found = {
            name: find(path, sent) for name, path in transformer.get("InputPathsMap", {}).items()
        }
        variables = {name: value for name, value in found.items() if value is not _ABSENT}
        variables |= _predefined(sent, rule_arn, str(event.get("ingestion-time", event["time"])))
        return render(transformer["InputTemplate"], variables)
    return _as_json(sent)


def render(template: str, variables: Mapping[str, Any]) -> str:
    """Write `variables` into a template."""
    written: list[str] = []
    position = 0
    for variable in _VARIABLE.finditer(template):
        written.append(template[position : variable.start()])
        position = variable.end()
        value = variables.get(variable.group(1), _ABSENT)
        if value is not _ABSENT:
            quoted = _inside_string(template[: variable.start()])
            written.append(value if quoted and isinstance(value, str) else _as_json(value))
    written.append(template[position:])
    return "".join(written)


def find(path: str, event: Any) -> Any:
    """What a path finds in an event, or a marker that is no JSON value."""
    value: Any = event
    for step in _steps(path):
        container: Any = value if isinstance(value, list | Mapping) else {}
        try:
            value = container[step]
        except (LookupError, TypeError):
            return _ABSENT
    return value


def check(target: Mapping[str, Any]) -> None:
    """Refuse an input that cannot be made; raises ValidationException."""
    given = [name for name in ("Input", "InputPath", "InputTransformer") if name in target]
    where = f"target {target.get('Id')}"
    if len(given) > 1:
        raise ValidationException(
            f"Only one of Input, InputPath, or InputTransformer must be provided for {where}."
        )
    if "Input" in target:
        _check_length(target["Input"], MAXIMUM_TEXT, "Input", where)
        try:
            json.loads(target["Input"])
        except ValueError:
            raise ValidationException(f"JSON syntax error in input for {where}") from None
    if "InputPath" in target:
        _check_path(target["InputPath"], where)
    if "InputTransformer" in target:
        _check_transformer(target["InputTransformer"], where)


def _check_transformer(transformer: Mapping[str, Any], where: str) -> None:
    paths = transformer.get("InputPathsMap", {})
    _check_length(transformer["InputTemplate"], MAXIMUM_TEXT, "InputTemplate", where)
    if len(paths) > MAXIMUM_PATHS:
        raise ValidationException(f"InputPathsMap of {where} has more than {MAXIMUM_PATHS} entries")
    for name, path in paths.items():
        if name.lower().startswith(_RESERVED) or not _NAME.fullmatch(name):
            raise ValidationException(
                f"Invalid InputPathsMap key {name!r} for {where}: letters, digits, '_', '-' and "
                "'.' are allowed, and not AWS as the beginning"
            )
        _check_path(path, where)
    predefined = _predefined({"detail": {}}, "", "")
    for variable in _VARIABLE.finditer(transformer["InputTemplate"]):
        name = variable.group(1)
        if name not in paths and name not in predefined:
            raise ValidationException(
                f"Invalid InputTemplate for {where} : [unknown variable <{name}>; known: "
                f"{', '.join(sorted([*paths, *predefined]))}]"
            )


def _check_length(text: str, maximum: int, member: str, where: str) -> None:
    if not 1 <= len(text) <= maximum:
        raise ValidationException(f"{member} of {where} must have 1 to {maximum} characters")


def _check_path(path: str, where: str) -> None:
    try:
        if len(path) > MAXIMUM_PATH:
            raise ValueError(f"more than {MAXIMUM_PATH} characters")
        _steps(path)
    except ValueError as error:
        raise ValidationException(f"Invalid JSON path {path!r} for {where}: {error}") from None


def _steps(path: str) -> list[str | int]:
    if not path.startswith("$"):
        raise ValueError("a path begins with $")
    steps: list[str | int] = []
    position = 1
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            raise ValueError(
                f"unsupported by the local cloud at {path[position:]!r}; "
                "supported: .name, ['name'], [index]"
            )
        name = step.group(1) or step.group(2) or step.group(3)
        steps.append(name if name is not None else int(step.group(4)))
        position = step.end()
    return steps


def _predefined(event: Mapping[str, Any], rule_arn: str, ingestion_time: str) -> dict[str, Any]:
    return {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rsplit("/", 1)[-1],
        "aws.events.event.ingestion-time": ingestion_time,
        "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
        "aws.events.event.json": event,
    }


def _inside_string(before: str) -> bool:
    """Whether a place in a JSON text is inside a string: its unescaped quotes are odd in number."""
    return len(re.findall(r"(?<!\\)(?:\\\\)*\"", before)) % 2 == 1


def _as_json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
