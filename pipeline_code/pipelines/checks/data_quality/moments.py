"""Sum, mean, standard deviation, minimum and maximum, in one pass and from parts."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

import numpy as np

from .values import Numbers


@dataclass(frozen=True)
class Moments:
    """The moments of finite numbers.

    Parts are combined by the formula of Chan, Golub and LeVeque (1983), which does not lose the
    variance of numbers far from zero. Extended precision, where the machine has it, keeps sums of
    the largest doubles finite, and the result the same for every order and partition but for the
    last digits of a double.
    """

    count: int = 0
    mean: np.longdouble = np.longdouble(0)
    squares: np.longdouble = np.longdouble(0)  # of the deviations from the mean, summed
    minimum: float = math.inf
    maximum: float = -math.inf

    @classmethod
    def of(cls, numbers: Numbers) -> Moments:
        """The moments of an array."""
        if not len(numbers):
            return cls()
        with np.errstate(over="ignore", invalid="ignore"):
            wide = numbers.astype(np.longdouble)
            mean = wide.mean()
            squares = np.square(wide - mean).sum()
        return cls(len(numbers), mean, squares, float(numbers.min()), float(numbers.max()))

    def merge(self, other: Moments) -> Moments:
        """The moments of both."""
        if not self.count or not other.count:
            return self if self.count else other
        count = self.count + other.count
        with np.errstate(over="ignore", invalid="ignore"):
            apart = other.mean - self.mean
            mean = self.mean + apart * other.count / count
            squares = self.squares + other.squares
            squares = squares + apart * apart * self.count * other.count / count
        return Moments(
            count,
            mean,
            squares,
            min(self.minimum, other.minimum),
            max(self.maximum, other.maximum),
        )

    def to_json(self) -> dict[str, float]:
        """Model Monitor's keys; `std_dev` is that of the population, as in Deequ.

        A sum beyond the largest double is given as the largest double: JSON has no infinity.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            return {
                "mean": _double(self.mean),
                "sum": _double(self.mean * self.count),
                "std_dev": _double(np.sqrt(self.squares / self.count)),
                "min": _double(self.minimum),
                "max": _double(self.maximum),
            }


def _double(value: np.longdouble | float) -> float:
    number = float(value)
    if math.isnan(number):
        return sys.float_info.max
    # Adding zero turns the negative zero into zero: it is no negative number to anyone.
    return min(max(number, -sys.float_info.max), sys.float_info.max) + 0.0
