"""Reading property values that a template may write in more than one way."""

from __future__ import annotations

import json
from typing import Any


def truth(value: Any) -> bool:
    """A boolean property, written as a boolean or as the text `true` or `false`."""
    return str(value).lower() == "true"


def document(value: Any) -> str:
    """A policy or other JSON document, written as an object or as text, as the API takes it."""
    return value if isinstance(value, str) else json.dumps(value)
