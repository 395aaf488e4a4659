"""The values behind a violation of explainability: which features' attributions moved. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-model-attribution-drift-violations.html:
the violation has the nDCG score of a label's features, and no feature.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from value_words import Compared, Violation, text

MOST_MOVED = 3


def in_words(violation: Violation, compared: Compared) -> str:
    """`(nDCG 0.69, bound: at least 0.9; share of all attribution in the baseline and now: GPA 40 % and 20 %;
    …)`, the features that moved most; empty without both analyses."""
    label = str(violation["label"])
    before, now = _shares(compared.before, label), _shares(compared.now, label)
    both = [name for name in before if name in now]
    both.sort(key=lambda name: -abs(now[name] - before[name]))
    moved = "; ".join(
        f"{name} {before[name] * 100:.3g} % and {now[name] * 100:.3g} %"
        for name in both[:MOST_MOVED]
    )
    if not moved:
        return ""
    return f"({_score(violation)}share of all attribution in the baseline and now: {moved})"


def _score(violation: Violation) -> str:
    # AWS calls the score, which is too low, a drift that exceeds the threshold.
    said = re.search(
        r"drift (\S+) exceeds threshold (\S+)", str(violation.get("description") or "")
    )
    if not said:
        return ""
    return f"nDCG {text(float(said[1]))}, bound: at least {text(float(said[2]))}; "


def _shares(analysis: Mapping[str, Any], label: str) -> dict[str, float]:
    """By feature, its share of the label's mean absolute SHAP values; empty when there are none."""
    labels = (analysis.get("explanations") or {}).get("kernel_shap") or {}
    values = (labels.get(label) or {}).get("global_shap_values") or {}
    # The engines have them in different units, the model's output or its margin: shares compare.
    whole = sum(values.values())
    return {name: value / whole for name, value in values.items()} if whole else {}
