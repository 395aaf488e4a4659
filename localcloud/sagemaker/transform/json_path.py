"""The part of JSONPath that batch transform's filters have. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html#data-processing-operators:
`$`, `.name`, `*` for a name or an index, `['a','b']`, `[0,-1]`, `[2:5]`; API_DataProcessing has
`$[0,5:]` too, and says that an index outside of the data is an error. Assumed: a name that is not there
is one as well, and so is a slice that holds nothing; several names keep an object of those members;
several indexes, a slice and `*` make a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_DOT_NAME = re.compile(r"\.([^\s.()?@\[\]'\"*,:]+)")
_BRACKET = re.compile(r"\.?\[((?:'[^']*'|\"[^\"]*\"|[^\[\]'\"])*)\]")
_WILDCARD = re.compile(r"\.\*")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_INDEX = re.compile(r"-?\d+")
_SLICE = re.compile(r"(-?\d+)?:(-?\d+)?")

Item = int | slice


class JsonPathError(ValueError):
    """An expression that is no JSONPath of this kind, or that finds nothing in the data."""


@dataclass(frozen=True)
class Names:
    """One member of an object, or an object of several."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Items:
    """Elements of an array."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class Wildcard:
    """Everything in an object or array."""


Part = Names | Items | Wildcard


def parse(expression: str) -> tuple[Part, ...]:
    """The parts of an expression. Raises JsonPathError."""
    if not expression.startswith("$"):
        raise JsonPathError(f"'{expression}' does not begin with $")
    parts: list[Part] = []
    position = 1
    while position < len(expression):
        if match := _WILDCARD.match(expression, position):
            parts.append(Wildcard())
        elif match := _DOT_NAME.match(expression, position):
            parts.append(Names((match[1],)))
        elif match := _BRACKET.match(expression, position):
            parts.append(_bracket(match[1].strip(), expression))
        else:
            raise JsonPathError(
                f"'{expression}' is not supported from '{expression[position:]}' on; supported: "
                "$, .name, *, ['a','b'], [0,-1], [2:5]"
            )
        position = match.end()
    return tuple(parts)


def select(parts: tuple[Part, ...], value: Any) -> Any:
    """What an expression finds in a value. Raises JsonPathError where that is not there."""
    found, single = [value], True
    for part in parts:
        found = [item for node in found for item in _children(part, node)]
        single = single and _is_single(part)
    return found[0] if single else found


def _bracket(content: str, expression: str) -> Part:
    if content == "*":
        return Wildcard()
    entries = [entry.strip() for entry in content.split(",")]
    quoted = [_QUOTED.fullmatch(entry) for entry in entries]
    if all(quoted):
        return Names(tuple(match[1] or match[2] or "" for match in quoted if match))
    return Items(tuple(_item(entry, expression) for entry in entries))


def _item(entry: str, expression: str) -> Item:
    if _INDEX.fullmatch(entry):
        return int(entry)
    bounds = _SLICE.fullmatch(entry)
    if bounds is None:
        raise JsonPathError(f"'{entry}' in '{expression}' is neither an index nor a slice")
    return slice(*(int(bound) if bound else None for bound in bounds.groups()))


def _is_single(part: Part) -> bool:
    if isinstance(part, Items):
        return len(part.items) == 1 and isinstance(part.items[0], int)
    return isinstance(part, Names)


def _children(part: Part, node: Any) -> Iterator[Any]:
    if isinstance(part, Names):
        yield _member(part.names, node)
    elif isinstance(part, Items):
        yield from _elements(part.items, node)
    elif isinstance(node, dict):
        yield from node.values()
    elif isinstance(node, list):
        yield from node
    else:
        raise JsonPathError("there is neither an object nor an array where * stands")


def _member(names: tuple[str, ...], node: Any) -> Any:
    if not isinstance(node, dict):
        raise JsonPathError(f"there is no object with a member '{names[0]}'")
    for name in names:
        if name not in node:
            raise JsonPathError(f"there is no member '{name}'")
    return node[names[0]] if len(names) == 1 else {name: node[name] for name in names}


def _elements(items: tuple[Item, ...], node: Any) -> Iterator[Any]:
    if not isinstance(node, list):
        raise JsonPathError("there is no array where an index stands")
    for item in items:
        if isinstance(item, slice):
            if not node[item]:
                raise JsonPathError(f"a slice holds nothing of {len(node)} elements")
            yield from node[item]
        elif -len(node) <= item < len(node):
            yield node[item]
        else:
            raise JsonPathError(f"index {item} is outside of {len(node)} elements")
