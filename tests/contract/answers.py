"""Every answer of the local cloud's API that a client got, held against botocore's output shapes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

JSON_PROTOCOLS = ("json", "rest-json")


@dataclass(frozen=True)
class Answer:
    """One answer: what was sent, and what botocore made of it."""

    operation: OperationModel
    status: int
    body: bytes
    parsed: dict[str, Any]

    @property
    def name(self) -> str:
        """`service:Operation`."""
        return f"{self.operation.service_model.service_name}:{self.operation.name}"

    @property
    def error_code(self) -> str | None:
        """The error's code, if it is one."""
        error = self.parsed.get("Error") if self.status >= 300 else None
        return str(error["Code"]) if error else None


class Answers:
    """Records each answer that the clients of a boto3 session get."""

    def __init__(self) -> None:
        self.all: list[Answer] = []

    def watch(self, events: Any) -> None:
        """Record the answers of a session's clients that are made from now on."""
        events.register("after-call", self._record)

    def forget(self, events: Any) -> None:
        """Record nothing more of a session's clients."""
        events.unregister("after-call", self._record)

    def _record(self, http_response: Any, parsed: Any, model: OperationModel, **_: Any) -> None:
        body = b"" if model.has_streaming_output else http_response.content
        self.all.append(Answer(model, http_response.status_code, body, dict(parsed)))


def defects(answer: Answer) -> list[str]:
    """What the output shape has against an answer that is no error."""
    shape = answer.operation.output_shape
    if answer.status >= 300 or shape is None:
        return []
    parsed = {name: value for name, value in answer.parsed.items() if name != "ResponseMetadata"}
    found = list(_parsed(parsed, shape, answer.name))
    protocol = answer.operation.service_model.protocol
    if protocol in JSON_PROTOCOLS and answer.body and not shape.serialization.get("payload"):
        found += _sent(json.loads(answer.body), shape, answer.name)
    return found


def _parsed(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name in shape.required_members:
            if value.get(name) is None:
                yield f"{path}.{name} is required"
        for name, item in value.items():
            if name in shape.members and item is not None:
                yield from _parsed(item, shape.members[name], f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for item in value:
            yield from _parsed(item, shape.member, f"{path}[]")
    elif isinstance(shape, MapShape):
        for item in value.values():
            yield from _parsed(item, shape.value, f"{path}.*")
    elif shape.metadata.get("enum") and value not in shape.metadata["enum"]:
        yield f"{path} = {value!r} is none of {shape.metadata['enum']}"


def _sent(value: Any, shape: Shape, path: str) -> Iterator[str]:
    """Members that botocore would drop without a word, because the shape has none of the name."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        members = {
            member.serialization.get("name", name): member for name, member in shape.members.items()
        }
        for name, item in value.items():
            if name in members:
                yield from _sent(item, members[name], f"{path}.{name}")
            else:
                yield f"{path}.{name} is no member of {shape.name}"
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for item in value:
            yield from _sent(item, shape.member, f"{path}[]")
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for item in value.values():
            yield from _sent(item, shape.value, f"{path}.*")
