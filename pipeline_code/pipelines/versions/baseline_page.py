"""A baseline as a person reads it: what violates it, check by check."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipelines._utils import CommandError
from pipelines.checks.errors import CheckError
from pipelines.versions.side_by_side import NOTHING

SHOWN_DOMAINS = 8


def lines(
    check: str, constraints: Mapping[str, Any], statistics: Mapping[str, Any] | None
) -> list[str]:
    """The page of one check. Raises CommandError for a file that is not one of its baselines."""
    try:
        return list(_PAGES[check](constraints, statistics))
    except (CheckError, KeyError, TypeError) as error:
        what = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        raise CommandError(f"this is no baseline of {check}: {what}") from None


def _model_quality(
    constraints: Mapping[str, Any], statistics: Mapping[str, Any] | None
) -> Iterator[str]:
    from pipelines.checks.model_quality.analysis import METRICS_KEYS
    from pipelines.checks.model_quality.constraints import GREATER, problem_type_of, thresholds_of

    problem_type = problem_type_of(constraints)
    measured = (statistics or {}).get(METRICS_KEYS[problem_type]) or {}
    yield f"{problem_type}: a metric on the wrong side of its threshold is a violation"
    yield from _table(
        ("metric", "violated when", "threshold", "measured"),
        (
            (
                name,
                "above" if entry["comparison_operator"] == GREATER else "below",
                entry["threshold"],
                (measured.get(name) or {}).get("value"),
            )
            for name, entry in thresholds_of(constraints).items()
        ),
    )


def _data_quality(
    constraints: Mapping[str, Any], statistics: Mapping[str, Any] | None
) -> Iterator[str]:
    from pipelines.checks.data_quality.monitoring import constraints_of

    monitoring, features = constraints_of(constraints, "the constraints")
    if not monitoring.evaluate:
        yield "evaluate_constraints is Disabled: nothing is compared"
    yield (
        f"at least {monitoring.datatype_threshold:.4g} of a column's values (a share) are of its "
        f"type, {monitoring.domain_threshold:.4g} among its categories"
    )
    if monitoring.compare:
        yield (
            f"drift: numbers by at most {monitoring.threshold:.4g} ({monitoring.method}), "
            f"categories {monitoring.categorical_threshold:.4g} ({monitoring.categorical_method})"
        )
    else:
        yield "drift: not compared"
    yield from _table(
        ("feature", "type", "completeness", "categories", "of its own"),
        (
            (
                each.name,
                each.inferred_type,
                each.completeness,
                _domains(each.domains),
                "other thresholds" if each.monitoring != monitoring else "",
            )
            for each in features
        ),
    )


def _bias(constraints: Mapping[str, Any], statistics: Mapping[str, Any] | None) -> Iterator[str]:
    from pipelines.checks.bias.names import UNBIASED

    stages = [key for key in constraints if key.endswith("_bias_metrics")]
    if not stages:
        raise CheckError("it has no …_bias_metrics")
    for stage in stages:
        found = constraints[stage]
        outcome = found.get("label_value_or_threshold")
        yield f"{stage}: {found.get('label')} {outcome} is the positive outcome"
        yield "a metric farther from its unbiased value than this is a violation"
        yield from _table(
            ("facet", "metric", "value", "unbiased"),
            (
                (
                    f"{facet} {group['value_or_threshold']}",
                    metric["name"],
                    metric.get("value"),
                    UNBIASED.get(metric["name"], 0.0),
                )
                for facet, groups in found["facets"].items()
                for group in groups
                for metric in group["metrics"]
            ),
        )


def _explainability(
    constraints: Mapping[str, Any], statistics: Mapping[str, Any] | None
) -> Iterator[str]:
    from pipelines.checks.explainability import THRESHOLD

    labels = (constraints.get("explanations") or {}).get("kernel_shap") or {}
    if not labels:
        raise CheckError("it has no explanations.kernel_shap")
    yield f"a ranking of the features whose nDCG is below {THRESHOLD:g} is a violation"
    for label, entry in labels.items():
        values = sorted(entry["global_shap_values"].items(), key=lambda item: -item[1])
        yield from _table((label, "mean |SHAP|"), values)


_PAGES = {
    "data_quality": _data_quality,
    "data_bias": _bias,
    "model_quality": _model_quality,
    "model_bias": _bias,
    "explainability": _explainability,
}


def entry_lines(entry: Mapping[str, Any]) -> list[str]:
    """One adjustment of a file's log."""
    return [
        f"{entry.get('when', '?')} {entry.get('who', '?')}: {entry.get('why', '?')}",
        *(
            f"  {each['path']}: {json.dumps(each['from'])} became {json.dumps(each['to'])}"
            for each in entry.get("changes", [])
        ),
        f"  before: {entry.get('previous', '?')}",
    ]


def _domains(domains: frozenset[str] | None) -> str | None:
    if domains is None:
        return None
    names = sorted(domains)
    return ", ".join(names[:SHOWN_DOMAINS]) + (", …" if len(names) > SHOWN_DOMAINS else "")


def _table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    table = [tuple(heads), *(tuple(_text(cell) for cell in row) for row in rows)]
    width = [max(len(row[column]) for row in table) for column in range(len(heads))]
    for row in table:
        yield (
            "  " + "  ".join(cell.ljust(size) for cell, size in zip(row, width, strict=True))
        ).rstrip()


def _text(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    return f"{value:.6g}" if isinstance(value, int | float) else str(value)
