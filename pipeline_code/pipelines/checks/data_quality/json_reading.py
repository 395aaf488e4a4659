"""Reads a parsed JSON document, and says what is missing in it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import CheckError


@dataclass(frozen=True)
class Node:
    """A value in a document that somebody else wrote, and where it stands."""

    value: Any
    what: str  # of the whole document, like "the baseline's statistics"
    path: str = ""

    def __getitem__(self, key: str) -> Node:
        """The value of a key. Raises CheckError if there is none."""
        found = self.get(key)
        if found is None:
            raise CheckError(
                f"{self.what} have no {self._below(key)}; give a file that Model Monitor or "
                "this check wrote"
            )
        return found

    def get(self, key: str) -> Node | None:
        """The value of a key, None without it. Raises CheckError if this is no object."""
        if not isinstance(self.value, Mapping):
            raise self.wrong("an object")
        found = self.value.get(key)
        return None if found is None else Node(found, self.what, self._below(key))

    def items(self) -> Iterator[Node]:
        """The values of a list."""
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        for index, value in enumerate(self.value):
            yield Node(value, self.what, f"{self.path}[{index}]")

    def text(self) -> str:
        """The value, which is a text."""
        if not isinstance(self.value, str):
            raise self.wrong("a text")
        return self.value

    def number(self) -> float:
        """The value, which is a finite number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.wrong("a number")
        if not math.isfinite(self.value):
            raise self.wrong("a finite number")
        return float(self.value)

    def numbers(self) -> list[float]:
        """The values of a list of finite numbers."""
        # Thousands of them in each sketch: a Node is made for the wrong one alone.
        found = self.value if isinstance(self.value, list) else []
        if found and all(type(each) is float and math.isfinite(each) for each in found):
            return found
        return [item.number() for item in self.items()]

    def count(self) -> int:
        """The value, which is a number of things."""
        number = self.number()
        if number < 0:
            raise self.wrong("0 or more")
        return int(number)

    def one_of(self, *choices: str) -> str:
        """The value, which is one of these texts."""
        text = self.text()
        if text not in choices:
            raise self.wrong(f"one of {', '.join(choices)}")
        return text

    def wrong(self, expected: str) -> CheckError:
        """The error that says what it should have been."""
        shown = str(self.value)
        if len(shown) > 40:
            shown = f"{shown[:40]}…"
        where = self.path or "the content"
        return CheckError(f"in {self.what}, {where} is {shown!r}; it has to be {expected}")

    def _below(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key
