"""One value in a constraints file, by its path.

    regression_constraints.mse.threshold
    features[length].completeness              an item of a list by its name …
    monitoring_config.distribution_constraints.comparison_threshold
    pre_training_bias_metrics.facets.sex_F[0].metrics[CI].value     … or by its place, from 0

A name with a dot in it stands in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines._utils import CommandError

_PART = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")
_PATH = re.compile(r"(?:\[[^\]]*\]|[^.\[\]]+)(?:\[[^\]]*\]|\.[^.\[\]]+)*")
SHOWN = 12


def get(content: Any, path: str) -> Any:
    """The value at a path. Raises CommandError, which says what there is instead."""
    holder, key = _place(content, path)
    return holder[key]


def put(content: Any, path: str, value: Any) -> None:
    """Replace the value at a path. Raises CommandError."""
    holder, key = _place(content, path)
    holder[key] = value


def leaves(content: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value (and empty list or object) with its path."""
    if isinstance(content, Mapping) and content:
        for name, value in content.items():
            shown = f"[{name}]" if re.search(r"[.\[\]]", str(name)) else f".{name}"
            yield from leaves(value, f"{path}{shown}" if path else shown.removeprefix("."))
    elif isinstance(content, list) and content and any(isinstance(x, dict | list) for x in content):
        names = [item.get("name") if isinstance(item, Mapping) else None for item in content]
        for index, value in enumerate(content):
            unique = names[index] is not None and names.count(names[index]) == 1
            yield from leaves(value, f"{path}[{names[index] if unique else index}]")
    else:
        yield path, content


def _place(content: Any, path: str) -> tuple[Any, Any]:
    if not _PATH.fullmatch(path):
        raise CommandError(f"{path!r} is no path; one looks like features[length].completeness")
    parts = [bracketed or plain for bracketed, plain in _PART.findall(path)]
    holder, key = None, None
    value, at = content, ""
    for part in parts:
        holder, key = value, _key(value, part, at)
        value = holder[key]
        at = f"{at}.{part}" if at else part
    return holder, key


def _key(value: Any, part: str, at: str) -> Any:
    where = at or "the file"
    if isinstance(value, Mapping):
        if part in value:
            return part
        raise CommandError(f"{where} has no {part}; it has {_listed(value)}")
    if isinstance(value, list):
        names = [str(item.get("name")) if isinstance(item, Mapping) else "" for item in value]
        if part in names:
            return names.index(part)
        if part.isdecimal() and int(part) < len(value):
            return int(part)
        known = _listed(name for name in names if name) or f"{len(value)} items"
        raise CommandError(f"{where} has no {part}; it has {known}")
    raise CommandError(f"{where} is {value!r}, which has no {part}")


def _listed(names: Any) -> str:
    found = [str(name) for name in names]
    return ", ".join(found[:SHOWN]) + (", …" if len(found) > SHOWN else "")
