"""The metrics for a person, beside the baseline's thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..report import Section, note, page, plots, table
from ..violation import Violation
from .analysis import METRICS_KEYS
from .comparison import WRITTEN_NAMES
from .constraints import GREATER, metrics_of, thresholds_of


def report_page(
    statistics: Mapping[str, Any],
    baseline_constraints: Mapping[str, Any] | None,
    violations: Sequence[Violation],
) -> str:
    """The content of `report.html`, for what `analyze` measured and `compare` found."""
    problem_type = next(name for name, key in METRICS_KEYS.items() if key in statistics)
    metrics = metrics_of(statistics, problem_type)
    sections = [
        Section("Violations", _violations(violations)),
        Section("Metrics", _metrics(metrics, baseline_constraints, violations)),
        Section("Confusion matrix", _confusion(metrics)),
        Section("Curves", _curves(metrics)),
        Section("Predictions against labels", _predictions(statistics.get("predicted_vs_actual"))),
    ]
    rows = statistics["dataset"]["item_count"]
    return page(
        f"Model quality: {problem_type}",
        _verdict(rows, baseline_constraints, violations),
        sections,
        bad=bool(violations),
    )


def _verdict(
    rows: int, constraints: Mapping[str, Any] | None, violations: Sequence[Violation]
) -> str:
    if constraints is None:
        return f"{rows} rows were measured; there was no baseline to compare them with."
    if violations:
        subject = "1 metric is" if len(violations) == 1 else f"{len(violations)} metrics are"
        return f"Of {rows} rows, {subject} beyond the baseline's bounds."
    return f"All metrics of {rows} rows are within the baseline's bounds."


def _violations(violations: Sequence[Violation]) -> str:
    if not violations:
        return ""
    return table(["What differs too much"], [[each.sentence] for each in violations])


def _metrics(
    metrics: Mapping[str, Any],
    constraints: Mapping[str, Any] | None,
    violations: Sequence[Violation],
) -> str:
    thresholds = thresholds_of(constraints) if constraints else {}
    bad = {each.entry["metric_name"] for each in violations}
    names = [name for name, entry in metrics.items() if "value" in entry]
    rows = []
    for name in names:
        limit = thresholds.get(name)
        sign = None if limit is None else "≤" if limit["comparison_operator"] == GREATER else "≥"
        deviation = metrics[name]["standard_deviation"]
        bound = None if limit is None else f"{sign} {limit['threshold']:.6g}"
        rows.append([name, metrics[name]["value"], deviation, bound])
    return table(
        ["metric", "value", "standard deviation", "has to be"],
        rows,
        [index for index, name in enumerate(names) if WRITTEN_NAMES.get(name, name) in bad],
    ) + note(
        "The standard deviation is that of five random parts with 80% of the rows each; "
        "NaN below 200 rows."
    )


def _confusion(metrics: Mapping[str, Any]) -> str:
    matrix = metrics.get("confusion_matrix")
    if matrix is None:
        return ""
    names = list(matrix)
    rows = [[label, *[matrix[label][name] for name in names]] for label in names]
    return table(["label \\ prediction", *names], rows)


def _curves(metrics: Mapping[str, Any]) -> str:
    roc = metrics.get("receiver_operating_characteristic_curve")
    if roc is None:
        return ""
    recall = metrics["precision_recall_curve"]
    auc = metrics["auc"]["value"]
    return plots(
        [
            _line(
                (roc["false_positive_rates"], roc["true_positive_rates"]),
                ("false positive rate", "true positive rate"),
                f"ROC, area {auc:.4g}",
                diagonal=True,
            ),
            _line(
                (recall["recalls"], recall["precisions"]),
                ("recall", "precision"),
                "Precision and recall",
            ),
        ]
    )


def _predictions(summary: Mapping[str, Any] | None) -> str:
    if summary is None:
        return ""
    ranges = summary["ranges"]
    drawn = _line(
        ([each["mean_label"] for each in ranges], [each["mean_prediction"] for each in ranges]),
        ("mean label", "mean prediction"),
        "Predictions over ten ranges of labels",
        diagonal=True,
        marker="o",
    )
    rows = [
        [
            f"{each['label_from']:.6g} to {each['label_to']:.6g}",
            each["rows"],
            each["mean_label"],
            each["mean_prediction"],
            each["mean_prediction"] - each["mean_label"],
        ]
        for each in ranges
    ]
    columns = ["labels", "rows", "mean label", "mean prediction", "difference"]
    return (
        plots([drawn])
        + table(columns, rows)
        + note(f"A random sample of {summary['sampled_rows']} rows.")
    )


def _line(
    points: tuple[Sequence[float], Sequence[float]],
    labels: tuple[str, str],
    title: str,
    *,
    diagonal: bool = False,
    marker: str | None = None,
) -> Any:
    from matplotlib.figure import Figure  # half a second that only a report costs

    figure = Figure(figsize=(4, 3.6))
    axes = figure.subplots()
    if diagonal:
        ends = (min(map(min, points)), max(map(max, points)))
        axes.plot(ends, ends, color="#b0b8c0", linewidth=1)
    axes.plot(*points, color="#1f5fa8", marker=marker)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    axes.set_title(title, fontsize=10)
    return figure
