"""The features' contributions for a person, beside the baseline's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..report import Section, note, page, plots, table
from ..violation import Violation
from .analysis import global_values
from .comparison import ranks

SHOWN = 20
"""How many features the picture has; the table has all."""


def report_page(
    analysis: Mapping[str, Any],
    baseline: Mapping[str, Any] | None,
    violations: Sequence[Violation],
) -> str:
    """The content of `report.html`, for what `analyze` measured and `compare` found."""
    before = global_values(baseline) if baseline is not None else {}
    drifted = {each.entry["label"] for each in violations}
    sections = [Section("Violations", _violations(violations))]
    for label, values in global_values(analysis).items():
        title = f"Features of {label}" + (", drifted" if label in drifted else "")
        sections.append(Section(title, _label(values, before.get(label, {}))))
    sections.append(
        Section(
            "How to read it",
            note(
                "A bar is a feature's mean absolute SHAP value: how far it moves the model's raw "
                "output, on average, from the expected value. Of a classifier that is the margin."
            ),
        )
    )
    return page("Explainability", _verdict(baseline, violations), sections, bad=bool(violations))


def _verdict(baseline: Mapping[str, Any] | None, violations: Sequence[Violation]) -> str:
    if baseline is None:
        return "The features' contributions were measured; there was no baseline to compare with."
    if violations:
        return "The features that matter to the model are no longer those of the baseline."
    return "The features that matter to the model are still those of the baseline."


def _violations(violations: Sequence[Violation]) -> str:
    if not violations:
        return ""
    return table(["What drifted"], [[each.sentence] for each in violations])


def _label(values: Mapping[str, float], before: Mapping[str, float]) -> str:
    order = sorted(values, key=lambda name: -values[name])
    places = ranks(values), ranks(before)
    rows = [
        [places[0][name], name, values[name], before.get(name), places[1].get(name)]
        for name in order
    ]
    columns = ["place", "feature", "mean |SHAP|", "in the baseline", "its place then"]
    return plots([_bars(order[:SHOWN], values, before)]) + table(columns, rows)


def _bars(order: Sequence[str], values: Mapping[str, float], before: Mapping[str, float]) -> Any:
    from matplotlib.figure import Figure  # half a second that only a report costs

    shown = list(order)[::-1]
    places = list(range(len(shown)))
    figure = Figure(figsize=(5, 0.8 + 0.36 * len(shown)))
    axes = figure.subplots()
    axes.barh(
        [place + 0.2 for place in places],
        [values[name] for name in shown],
        height=0.38,
        color="#1f5fa8",
        label="now",
    )
    if before:
        axes.barh(
            [place - 0.2 for place in places],
            [before.get(name, 0.0) for name in shown],
            height=0.38,
            color="#b0b8c0",
            label="baseline",
        )
        axes.legend(fontsize=8)
    axes.set_yticks(places, shown)
    axes.set_xlabel("mean |SHAP value|")
    return figure
