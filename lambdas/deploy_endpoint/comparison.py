"""Whether what AWS describes has all that was asked for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def includes(described: Any, wanted: Any) -> bool:
    """Whether each wanted member is described, with the same value; AWS may have added defaults."""
    if isinstance(wanted, Mapping):
        return isinstance(described, Mapping) and all(
            name in described and includes(described[name], value) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(described, list)
            and len(described) == len(wanted)
            and all(includes(*pair) for pair in zip(described, wanted, strict=True))
        )
    return bool(described == wanted)
