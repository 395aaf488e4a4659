"""What two texts have in common: the same value, written by different programs."""

from __future__ import annotations


def canonical(value: object) -> str:
    """One text for the same value: `1`, `1.0`, `1e0` and True are all `1`; others stay as they are."""
    text = str(int(value)) if isinstance(value, bool) else str(value).strip()
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() else repr(number)
