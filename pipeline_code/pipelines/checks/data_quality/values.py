"""What the texts of a column are: missing, whole numbers, other numbers, or neither.

The types are those of Deequ, the library in Model Monitor's container
(https://github.com/awslabs/deequ, analyzers/catalyst/StatefulDataType.scala), with these choices:

- Missing are the empty text, blanks, and NA, N/A, NaN, nan, null and NULL.
- An infinite value (`inf`, or a number too large for a double) is Fractional. JSON has no word for
  it, so it is counted beside the numbers and is part of no mean, sum, minimum or bucket.
- `1e5` is Fractional, `007` Integral, `1_000` and `0x1F` are String, as is a Boolean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Texts = NDArray[np.object_]
Numbers = NDArray[np.float64]

MISSING_TEXTS = frozenset({"", "NA", "N/A", "NaN", "nan", "null", "NULL"})

_INTEGRAL = re.compile(r"[+-]?\d+", re.ASCII)
_NUMBER = re.compile(
    r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?)", re.ASCII | re.IGNORECASE
)
_NAN = re.compile(r"[+-]?nan", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Values:
    """A column of a chunk, sorted by type; the counts of all of them are the chunk's rows.

    `numbers` and `number_texts` have the same length and order; `texts` are what is no number.
    """

    missing: int
    integral: int
    numbers: Numbers
    number_texts: Texts
    texts: Texts


def classify(column: pd.Series) -> Values:
    """The values of a column of text."""
    texts: Texts = column.to_numpy(dtype=object)
    fast = _all_numbers(texts)
    if fast is not None:
        return fast
    gone = pd.Series(texts, dtype=object).isin(MISSING_TEXTS).to_numpy(dtype=bool)
    rest = texts[~gone]
    missing = len(texts) - len(rest)
    found = _all_numbers(rest) if missing else None
    if found is None:
        found = _one_by_one(rest)
    return Values(
        missing + found.missing, found.integral, found.numbers, found.number_texts, found.texts
    )


def _all_numbers(texts: Texts) -> Values | None:
    """The values where every text is a number: no loop in Python. None where one is not."""
    try:
        joined = "\n".join(texts.tolist())
        numbers: Numbers = texts.astype(np.float64)
    except (ValueError, TypeError):
        return None
    # Python reads these as numbers, nobody else does.
    if "_" in joined or not joined.isascii():
        return None
    nan = np.isnan(numbers)
    missing = int(np.count_nonzero(nan))
    if missing:
        texts, numbers = texts[~nan], numbers[~nan]
    return Values(missing, _integral(joined, numbers, texts), numbers, texts, texts[:0])


def _integral(joined: str, numbers: Numbers, texts: Texts) -> int:
    if not any(mark in joined for mark in ".eEnN"):
        return len(texts)
    with np.errstate(invalid="ignore"):
        whole = np.isfinite(numbers) & (numbers == np.floor(numbers))
    return sum(not ("." in text or "e" in text or "E" in text) for text in texts[whole].tolist())


def _one_by_one(texts: Texts) -> Values:
    """The values, each different text looked at once."""
    codes, distinct = pd.factorize(texts)
    missing, integral, number, text = range(4)
    # The last place is that of the code -1: a value that is no text, None or a float NaN.
    kinds = np.full(len(distinct) + 1, missing, dtype=np.int8)
    parsed = np.full(len(distinct) + 1, np.nan)
    for place, value in enumerate(distinct):
        stripped = str(value).strip()
        if stripped in MISSING_TEXTS or _NAN.fullmatch(stripped):
            continue
        if _NUMBER.fullmatch(stripped) is None:
            kinds[place] = text
        else:
            kinds[place] = integral if _INTEGRAL.fullmatch(stripped) else number
            parsed[place] = float(stripped)
    kind = kinds[codes]
    is_number = (kind == integral) | (kind == number)
    return Values(
        missing=int(np.count_nonzero(kind == missing)),
        integral=int(np.count_nonzero(kind == integral)),
        numbers=parsed[codes][is_number],
        number_texts=texts[is_number],
        texts=texts[kind == text],
    )
