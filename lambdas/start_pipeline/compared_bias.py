"""The values behind a violation of data bias or model bias. Pure.

The rule, which has no bound but the baseline's distance from unbiased:
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-bias-drift-violations.html
Assumed, as no source says it: the disparate impact (DI), a ratio, is unbiased at 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from value_words import Compared, Violation, text, told

UNBIASED = {"DI": 1.0}


def in_words(violation: Violation, compared: Compared) -> str:
    """`(DPL 0.05 in the baseline, now 0.08; bound: at most 0.05 from 0, which is unbiased)`."""
    name = str(violation["metric_name"])
    place = (str(violation["facet"]), _group(violation.get("facet_value")), name)
    before, now = _value(compared.before, *place), _value(compared.now, *place)
    ideal = UNBIASED.get(name, 0.0)
    bound = (
        ""
        if before is None
        else f"at most {text(abs(before - ideal))} from {text(ideal)}, which is unbiased"
    )
    return told(name, before, now, bound)


def _value(analysis: Mapping[str, Any], facet: str, group: str, name: str) -> float | None:
    """A metric of a group; None where it is not there, or does not exist for the data."""
    for stage, content in analysis.items():
        if not stage.endswith("_bias_metrics"):
            continue
        for each in content["facets"].get(facet, ()):
            if _group(each["value_or_threshold"]) == group:
                for metric in each["metrics"]:
                    # "Infinity" is a text there.
                    if metric["name"] == name and metric.get("value") is not None:
                        return float(metric["value"])
    return None


def _group(written: object) -> str:
    """A facet's value, or of an interval as `(15.0, 29.0]` its lower end: the violation has the
    threshold, and the upper end is the data's."""
    value = str(written)
    if value.startswith("("):
        value = value[1:].split(",", 1)[0]
    try:
        return f"{float(value):g}"
    except ValueError:
        return value
