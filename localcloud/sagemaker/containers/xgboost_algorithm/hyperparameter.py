"""One hyperparameter: how its text is read, which values it takes, and the container's messages.

Messages follow
https://github.com/aws/sagemaker-xgboost-container/blob/master/src/sagemaker_algorithm_toolkit/hyperparameter_validation.py
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

from localcloud.sagemaker.containers.xgboost_algorithm.errors import UserError

Parser = Callable[[str], Any]


@dataclass(frozen=True)
class Interval:
    """A range of numbers; a bound is left out, closed (`[`, `]`) or open (`(`, `)`)."""

    min_closed: float | None = None
    max_closed: float | None = None
    min_open: float | None = None
    max_open: float | None = None

    def __contains__(self, value: Any) -> bool:
        return not (
            (self.min_open is not None and value <= self.min_open)
            or (self.min_closed is not None and value < self.min_closed)
            or (self.max_open is not None and value >= self.max_open)
            or (self.max_closed is not None and value > self.max_closed)
        )

    def __str__(self) -> str:
        lower, upper = "(-inf, ", "+inf)"
        if self.min_open is not None:
            lower = f"({self.min_open}, "
        elif self.min_closed is not None:
            lower = f"[{self.min_closed}, "
        if self.max_open is not None:
            upper = f"{self.max_open})"
        elif self.max_closed is not None:
            upper = f"{self.max_closed}]"
        return lower + upper


def comma_separated(text: str) -> list[str]:
    """`a,b` as a list."""
    return text.split(",")


def literal(text: str) -> Any:
    """A Python tuple or nested list, as the container takes them."""
    try:
        return ast.literal_eval(text)
    except SyntaxError as error:
        raise ValueError(str(error)) from error


def _flatten(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return [item for part in value for item in _flatten(part)]
    return [value]


@dataclass(frozen=True)
class Hyperparameter:
    """A name, a parser, and the allowed values (of each element, for a list)."""

    name: str
    parse: Parser
    allowed: Container[Any]
    required: bool = False

    def read(self, text: str) -> Any:
        """The value, or UserError."""
        try:
            return self.parse(text)
        except ValueError as error:
            raise UserError(
                f"Hyperparameter {self.name}: could not parse value (caused by ValueError)"
            ) from error

    def require_allowed(self, value: Any) -> None:
        """UserError unless the value, or every element of it, is allowed."""
        if isinstance(value, list | tuple):
            if any(item not in self.allowed for item in _flatten(value)):
                raise UserError(
                    f"Hyperparameter {self.name}: value {value} not in range {self.allowed}"
                )
        elif value not in self.allowed:
            raise UserError(f"Hyperparameter {self.name}: {value} is not in {self.allowed}")
