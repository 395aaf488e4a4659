"""Small pictures of each column's distribution: the data's filled, the baseline's a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .features import Categories, Feature
from .quantiles import Distribution, edges, histogram
from .values import Numbers

BINS = 24
SHOWN_CATEGORIES = 8
_NAME_LENGTH = 24
_FILL, _LINE = "#9dc3e6", "#b3261e"


def figures(features: Sequence[Feature], baseline: Mapping[str, Feature]) -> Iterator[Any]:
    """A matplotlib figure of each feature that has values."""
    for feature in features:
        old = baseline.get(feature.name)
        if feature.categories is not None and feature.categories.counts:
            yield _categories(feature.name, feature.categories, old.categories if old else None)
        elif feature.distribution is not None:
            yield _numbers(feature.name, feature.distribution, old.distribution if old else None)


def _numbers(name: str, new: Distribution, baseline: Distribution | None) -> Any:
    sides = [new] if baseline is None else [new, baseline]
    numbers = np.concatenate([side.numbers for side in sides])
    numbers = numbers[np.isfinite(numbers)]
    figure, axes = _axes(name)
    if len(numbers):
        low, high = float(numbers.min()), float(numbers.max())
        if low == high:  # a constant column is one bar
            low, high = low - 0.5, high + 0.5
        bounds = edges(low, high, BINS)
        axes.stairs(histogram(new, bounds) / new.total, bounds, fill=True, color=_FILL)
        if baseline is not None:
            axes.stairs(histogram(baseline, bounds) / baseline.total, bounds, color=_LINE)
        axes.set_xticks([low, high], [f"{low:.4g}", f"{high:.4g}"])
    return figure


def _categories(name: str, new: Categories, baseline: Categories | None) -> Any:
    values = list(new.counts)[:SHOWN_CATEGORIES]
    gone = [value for value in (baseline.counts if baseline else {}) if value not in values]
    values += gone[: SHOWN_CATEGORIES - len(values)]
    places = np.arange(len(values) + 1) - 0.5
    figure, axes = _axes(name)
    axes.stairs(_shares(new, values), places, fill=True, color=_FILL)
    if baseline is not None:
        axes.stairs(_shares(baseline, values), places, color=_LINE)
    axes.set_xticks(range(len(values)), [_short(value, 8) for value in values])
    return figure


def _shares(categories: Categories, values: Sequence[str]) -> Numbers:
    return np.array([categories.counts.get(value, 0) / categories.total for value in values])


def _axes(name: str) -> tuple[Any, Any]:
    from matplotlib.figure import Figure  # half a second that only a report costs

    figure = Figure(figsize=(3.2, 1.7))
    axes = figure.add_subplot()
    # A dollar sign would begin a formula.
    axes.set_title(_short(name, _NAME_LENGTH), fontsize=9, loc="left", parse_math=False)
    axes.set_yticks([])
    axes.tick_params(length=0, labelsize=7)
    axes.spines[["left", "top", "right"]].set_visible(False)
    return figure, axes


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
