"""The bias metrics for a person, beside the baseline's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..report import Section, note, page, plots, table
from ..violation import Violation
from .analysis import POST_TRAINING_KEY, PRE_TRAINING_KEY

_STAGES = {PRE_TRAINING_KEY: "in the data", POST_TRAINING_KEY: "in the predictions"}


def report_page(
    analysis: Mapping[str, Any],
    baseline: Mapping[str, Any] | None,
    violations: Sequence[Violation],
) -> str:
    """The content of `report.html`, for what `analyze` measured and `compare` found."""
    sections = [Section("Violations", _violations(violations))]
    for stage, words in _STAGES.items():
        for facet, groups in analysis.get(stage, {}).get("facets", {}).items():
            for index, group in enumerate(groups):
                before = _group_before(baseline, stage, facet, group, index)
                title = f"Bias {words}: {facet} {group['value_or_threshold']}"
                sections.append(Section(title, _group(group, before)))
    label = next(analysis[stage] for stage in _STAGES if stage in analysis)
    sections.append(
        Section(
            "How to read it",
            note(
                f"The positive outcome is {label['label']} {label['label_value_or_threshold']}. "
                "Each table compares the group in its title with all other rows. 0 is unbiased, "
                "for DI it is 1. A baseline's values are those that were registered, the tolerance "
                "of then included."
            ),
        )
    )
    return page("Bias", _verdict(baseline, violations), sections, bad=bool(violations))


def _verdict(baseline: Mapping[str, Any] | None, violations: Sequence[Violation]) -> str:
    if baseline is None:
        return "Bias was measured; there was no baseline to compare it with."
    if violations:
        subject = (
            "1 bias metric is" if len(violations) == 1 else f"{len(violations)} bias metrics are"
        )
        return f"{subject} farther from unbiased than in the baseline."
    return "No bias metric is farther from unbiased than in the baseline."


def _violations(violations: Sequence[Violation]) -> str:
    if not violations:
        return ""
    return table(["What is worse"], [[each.sentence] for each in violations])


def _group(group: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    rows = [
        [metric["name"], metric["description"], metric["value"], before.get(metric["name"])]
        for metric in group["metrics"]
    ]
    errors = [
        note(f"{metric['name']}: {metric['error']}.")
        for metric in group["metrics"]
        if metric.get("error")
    ]
    drawn = plots([_bars(group["metrics"], before)])
    return drawn + table(["metric", "", "value", "baseline"], rows) + "\n".join(errors)


def _group_before(
    baseline: Mapping[str, Any] | None,
    stage: str,
    facet: str,
    group: Mapping[str, Any],
    index: int,
) -> dict[str, Any]:
    """The baseline's values of the same group, by metric."""
    groups = (baseline or {}).get(stage, {}).get("facets", {}).get(facet, [])
    same = [each for each in groups if each["value_or_threshold"] == group["value_or_threshold"]]
    # A threshold's interval ends where the data end; a facet with one threshold has one group.
    chosen = same[:1] or (groups[index : index + 1] if len(groups) == 1 else [])
    return {metric["name"]: metric["value"] for each in chosen for metric in each["metrics"]}


def _bars(metrics: Sequence[Mapping[str, Any]], before: Mapping[str, Any]) -> Any:
    from matplotlib.figure import Figure  # half a second that only a report costs

    shown = [each for each in metrics if isinstance(each["value"], int | float)][::-1]
    figure = Figure(figsize=(4.6, 0.6 + 0.36 * max(len(shown), 1)))
    axes = figure.subplots()
    places = list(range(len(shown)))
    axes.barh(
        [place + 0.2 for place in places],
        [each["value"] for each in shown],
        height=0.38,
        color="#1f5fa8",
        label="now",
    )
    known = [place for place in places if isinstance(before.get(shown[place]["name"]), int | float)]
    if known:
        axes.barh(
            [place - 0.2 for place in known],
            [before[shown[place]["name"]] for place in known],
            height=0.38,
            color="#b0b8c0",
            label="baseline",
        )
        axes.legend(fontsize=8)
    axes.axvline(0, color="#57606a", linewidth=1)
    axes.set_yticks(places, [each["name"] for each in shown])
    return figure
