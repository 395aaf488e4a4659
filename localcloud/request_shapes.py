"""Whether a JSON value is of a type of botocore's models; SerializationException, in AWS's words, if not."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from botocore.model import Shape

from localcloud.errors import AwsError

_KINDS: dict[type, str] = {bool: "BOOLEAN_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE"}


def require_type(shape: Shape, value: Any) -> None:
    """Raise SerializationException unless a value is of a shape's type, with all that is in it."""
    _CHECKS.get(shape.type_name, _anything)(shape, value)


def _anything(shape: Shape, value: Any) -> None:
    """A type that has no form of its own in JSON."""


def _structure(shape: Shape, value: Any) -> None:
    if getattr(shape, "is_document_type", False):
        return
    if not isinstance(value, dict):
        raise _found(value, "a structure")
    for name, member in shape.members.items():
        if name in value:
            require_type(member, value[name])


def _list(shape: Shape, value: Any) -> None:
    if not isinstance(value, list):
        raise _found(value, "a list")
    for item in value:
        require_type(shape.member, item)


def _map(shape: Shape, value: Any) -> None:
    if not isinstance(value, dict):
        raise _found(value, "a map")
    for item in value.values():
        require_type(shape.value, item)


def _string(shape: Shape, value: Any) -> None:
    if not isinstance(value, str):
        raise _found(value, "a String")


def _integer(shape: Shape, value: Any) -> None:
    bits = 31 if shape.type_name == "integer" else 63
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not is_whole or not -(2**bits) <= value < 2**bits:
        raise _found(value, f"a{'n Integer' if bits == 31 else ' Long'}")


def _number(shape: Shape, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _found(value, f"a {shape.type_name.capitalize()}")


def _boolean(shape: Shape, value: Any) -> None:
    if not isinstance(value, bool):
        raise _found(value, "a Boolean")


def _timestamp(shape: Shape, value: Any) -> None:
    # A number of seconds, of years that exist.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value < 253_402_300_800:
        raise _found(value, "milliseconds since epoch")


def _blob(shape: Shape, value: Any) -> None:
    if not isinstance(value, str):
        raise _found(value, "a Blob")
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise _found(value, "a Blob") from None


_CHECKS: dict[str, Callable[[Shape, Any], None]] = {
    "blob": _blob,
    "boolean": _boolean,
    "double": _number,
    "float": _number,
    "integer": _integer,
    "list": _list,
    "long": _integer,
    "map": _map,
    "string": _string,
    "structure": _structure,
    "timestamp": _timestamp,
}


def _found(value: Any, wanted: str) -> AwsError:
    if isinstance(value, dict):
        return serialization_error("Start of structure or map found where not expected.")
    if isinstance(value, list):
        return serialization_error("Start of list found where not expected.")
    kind = _KINDS.get(type(value), "STRING_VALUE")
    return serialization_error(f"{kind} can not be converted to {wanted}")


def serialization_error(message: str) -> AwsError:
    """What a service answers when it cannot read a request."""
    return AwsError("SerializationException", message)
