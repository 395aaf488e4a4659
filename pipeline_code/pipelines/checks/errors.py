"""What a check says when it cannot be made."""

from __future__ import annotations


class CheckError(ValueError):
    """The check cannot be made with what it was given; one sentence says what to do."""
